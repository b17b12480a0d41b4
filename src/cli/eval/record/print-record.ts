import { describeShare } from '../rank-scores.ts'
import type { Measured, RecordScores } from './score-record.ts'

const LABEL = 38
const COLUMN = 46

/** Two columns: by the facts alone, and with the model where one was asked. */
export function printRecord(scores: RecordScores, model: string | null): readonly string[] {
  const { byFacts, byModel, calibration } = scores
  const same = model === null ? '' : 'the same: a model ranks no changes'
  const row = (label: string, left: string, right = '') =>
    `${label.padEnd(LABEL)}${right === '' ? left : `${left.padEnd(COLUMN)}${right}`}`.trimEnd()
  const both = (label: string, left: Measured, right: Measured | undefined) =>
    row(label, say(left), right === undefined ? '' : say(right))
  return [
    row(`${String(scores.n)} incidents`, 'no model', model === null ? '' : `with ${model}`),
    row('cause right at 1', say(scores.causeAt1), same),
    row('cause right at 3', say(scores.causeAt3), same),
    row('Brier score of the cause, replayed', say(scores.brier), same),
    both('playbook proposed', byFacts.proposed, byModel?.proposed),
    both('nothing proposed', byFacts.abstained, byModel?.abstained),
    both('proposed, and helped when it ran', byFacts.right, byModel?.right),
    row('runs that helped, as they ran', say(scores.helped)),
    model === null
      ? 'No language model is configured (OPENAI_API_KEY or OPENAI_BASE_URL), so there is no second column.'
      : `The model's order was used in ${String(scores.advice.used)} incidents and could not be used in ${String(scores.advice.refused)}, where the order of the facts stands.`,
    '',
    `Calibration of the cause as it was shown: Brier score ${say(calibration.brier)}`,
    'shown          mean    right',
    ...calibration.bins.map(
      ({ from, to, meanProbability, confirmed }) =>
        `${from.toFixed(1)} to ${to.toFixed(1)}     ${meanProbability.toFixed(2)}    ${say(confirmed)}`,
    ),
  ]
}

function say(measured: Measured): string {
  return measured.n === 0 ? 'no answers' : `${describeShare(measured)}, n ${String(measured.n)}`
}
