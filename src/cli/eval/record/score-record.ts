import { share } from '../rank-scores.ts'
import type { Replayed } from './replay-record.ts'
import type { Share } from '../rank-scores.ts'

export interface Measured extends Share {
  readonly n: number
}

export interface PlaybookScores {
  readonly proposed: Measured
  readonly abstained: Measured
  /** Of the proposed that also ran then: those that helped. */
  readonly right: Measured
}

export interface RecordScores {
  readonly n: number
  readonly causeAt1: Measured
  readonly causeAt3: Measured
  /** Of the probability of the leading suspect, replayed now. */
  readonly brier: Measured
  /** Runs of the record that helped, as they ran. */
  readonly helped: Measured
  readonly byFacts: PlaybookScores
  /** Null where no model was asked. */
  readonly byModel: PlaybookScores | null
  readonly advice: { readonly used: number; readonly refused: number }
  readonly calibration: Calibration
}

export interface Calibration {
  /** Of the probability that was shown then. */
  readonly brier: Measured
  /** Equal widths from 0 to 1; those without a case are left out. */
  readonly bins: readonly CalibrationBin[]
}

export interface CalibrationBin {
  readonly from: number
  readonly to: number
  readonly meanProbability: number
  readonly confirmed: Measured
}

interface Forecast {
  readonly probability: number
  readonly isRight: boolean
}

const BINS = 5
const Z = 1.959964

export function scoreRecord(replayed: readonly Replayed[], isModelAsked: boolean): RecordScores {
  const runs = replayed.flatMap(({ answers }) => answers.runs)
  const confirmed = replayed.flatMap((one) => {
    const rank = one.suspects.findIndex(({ changeId }) => one.answers.causes[changeId] === 'confirmed')
    return Object.values(one.answers.causes).includes('confirmed') ? [rank] : []
  })
  // Who names what people said was wrong is wrong once more; which change it was instead is not known.
  const refuted = replayed.filter((one) => {
    const isKnown = Object.values(one.answers.causes).includes('confirmed')
    return !isKnown && one.answers.causes[one.suspects[0]?.changeId ?? ''] === 'refuted'
  }).length
  const within = (most: number) => confirmed.filter((rank) => rank >= 0 && rank < most).length
  return {
    n: replayed.length,
    causeAt1: measure(within(1), confirmed.length + refuted),
    causeAt3: measure(within(3), confirmed.length),
    brier: brierOf(replayed.flatMap((one) => forecastOf(one, one.suspects[0] ?? null))),
    helped: measure(runs.filter(({ help }) => help === 1).length, runs.length),
    byFacts: scorePlaybooks(replayed, (one) => one.proposed),
    byModel: isModelAsked ? scorePlaybooks(replayed, (one) => one.withModel) : null,
    advice: {
      used: replayed.filter(({ advice }) => advice === 'used').length,
      refused: replayed.filter(({ advice }) => advice === 'refused').length,
    },
    calibration: calibrate(replayed.flatMap((one) => forecastOf(one, one.answers.shown))),
  }
}

/** A probability and what came of it; nothing where nobody knows. Another change that was confirmed makes it wrong. */
function forecastOf(
  { answers }: Replayed,
  named: { readonly changeId: string; readonly probability: number } | null,
): readonly Forecast[] {
  if (named === null) return []
  const { changeId, probability } = named
  const verdict = answers.causes[changeId]
  if (verdict !== undefined) return [{ probability, isRight: verdict === 'confirmed' }]
  return Object.values(answers.causes).includes('confirmed') ? [{ probability, isRight: false }] : []
}

function scorePlaybooks(replayed: readonly Replayed[], chosen: (one: Replayed) => string | null): PlaybookScores {
  const proposed = replayed.filter((one) => chosen(one) !== null)
  const known = proposed.flatMap((one) => {
    const runs = one.answers.runs.filter(({ playbook }) => playbook === chosen(one))
    return runs.length === 0 ? [] : [runs.some(({ help }) => help === 1)]
  })
  return {
    proposed: measure(proposed.length, replayed.length),
    abstained: measure(replayed.length - proposed.length, replayed.length),
    right: measure(known.filter((helped) => helped).length, known.length),
  }
}

function calibrate(forecasts: readonly Forecast[]): Calibration {
  const bins = Map.groupBy(forecasts, ({ probability }) => Math.min(BINS - 1, Math.floor(probability * BINS)))
  return {
    brier: brierOf(forecasts),
    bins: [...bins]
      .toSorted(([left], [right]) => left - right)
      .map(([index, own]) => ({
        from: index / BINS,
        to: (index + 1) / BINS,
        meanProbability: own.reduce((sum, { probability }) => sum + probability, 0) / own.length,
        confirmed: measure(own.filter(({ isRight }) => isRight).length, own.length),
      })),
  }
}

/** Mean of (probability − outcome)², 0 the best; the interval by the normal approximation, wide open for fewer than two. */
function brierOf(forecasts: readonly Forecast[]): Measured {
  const errors = forecasts.map(({ probability, isRight }) => (probability - (isRight ? 1 : 0)) ** 2)
  const n = errors.length
  const value = errors.reduce((sum, error) => sum + error, 0) / n
  if (n < 2) return { value, low: 0, high: 1, n }
  const variance = errors.reduce((sum, error) => sum + (error - value) ** 2, 0) / (n - 1)
  const half = Z * Math.sqrt(variance / n)
  return { value, low: Math.max(0, value - half), high: Math.min(1, value + half), n }
}

function measure(hits: number, n: number): Measured {
  return { ...share(hits, n), n }
}
