import type { ChaosOptions } from './chaos-config.ts'
import type { Verdict } from './judge.ts'

export function table(chaos: Verdict, control: Verdict): string {
  const rows: readonly (readonly [string, (verdict: Verdict) => number | string])[] = [
    ['approved runs', (verdict) => verdict.runs],
    ['approved steps with an effect', (verdict) => verdict.steps],
    ['requests for an effect', (verdict) => verdict.requests],
    ['effects', (verdict) => verdict.effects],
    ['answers lost after the effect', (verdict) => verdict.lostAnswers],
    ['kill -9', (verdict) => verdict.kills.total],
    ['  between a durable intent and its outcome', (verdict) => verdict.kills.between],
    ['attempts that were unknown for a while', (verdict) => verdict.reconciled],
    ['shown to a person', (verdict) => classes(verdict)],
    ['runs that did not end', (verdict) => verdict.notEnded.length],
    ['effects twice', (verdict) => verdict.doubles.length],
    ['effects lost', (verdict) => verdict.lost.length],
  ]
  const width = Math.max(...rows.map(([title]) => title.length))
  const lines = rows.map(([title, value]) => `${title.padEnd(width)}  ${cell(value(chaos))}  ${cell(value(control))}`)
  const places = [...chaos.kills.byPlace].map(([place, count]) => `${place} ${String(count)}`).join(', ')
  const head = `${''.padEnd(width)}  ${cell('chaos')}  ${cell('no reconcile')}`
  return ['', head, ...lines, '', `killed at: ${places}`, ''].join('\n')
}

function cell(value: number | string): string {
  return String(value).padStart(12)
}

function classes({ asked }: Verdict): string {
  const text = [...asked.byClass].map(([name, count]) => `${name} ${String(count)}`).join(', ')
  return text === '' ? '0' : text
}

/** One sentence for each promise that did not hold. */
export function brokenPromises(options: ChaosOptions, chaos: Verdict, control: Verdict): readonly string[] {
  const checks: readonly (readonly [boolean, string])[] = [
    [chaos.doubles.length > 0, `effects happened twice: ${chaos.doubles.join(', ')}`],
    [chaos.lost.length > 0, `effects were lost: ${chaos.lost.join(', ')}`],
    [chaos.notEnded.length > 0, `runs did not end: ${chaos.notEnded.join(', ')}`],
    [chaos.notSucceeded.length > 0, `runs ended otherwise than approved: ${chaos.notSucceeded.join(', ')}`],
    [chaos.unaudited.length > 0, `effects without an intent and outcome on record: ${chaos.unaudited.join(', ')}`],
    [classCount(chaos, 'idempotent') > 0, 'an idempotent step was left to a person'],
    [classCount(chaos, 'queryable') > 0, 'a queryable step was left to a person'],
    [chaos.asked.silent > 0, 'an opaque step waited for a person and nobody was told'],
    [chaos.kills.total < options.kills, `only ${String(chaos.kills.total)} kills`],
    [chaos.steps < options.steps, `only ${String(chaos.steps)} approved steps`],
    [
      chaos.kills.between < options.killsBetween,
      `only ${String(chaos.kills.between)} kills fell between an intent and its outcome, ${String(options.killsBetween)} are needed`,
    ],
    [control.doubles.length === 0, 'without reconciling no effect happened twice, so the bench shows nothing'],
  ]
  return checks.filter(([isBroken]) => isBroken).map(([, sentence]) => sentence)
}

function classCount({ asked }: Verdict, crashClass: string): number {
  return asked.byClass.get(crashClass) ?? 0
}
