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
    ['pauses longer than the lease', (verdict) => verdict.disturbances.pauses],
    ['cuts of all connections to Postgres', (verdict) => verdict.disturbances.cuts],
    ['work again after the death of the primary, s', (verdict) => resumeOf(verdict)],
    ['stopped by a person', (verdict) => verdict.stopped],
    ['attempts that were unknown for a while', (verdict) => verdict.reconciled],
    ['shown to a person', (verdict) => classes(verdict)],
    ['audit entries', (verdict) => verdict.audit.entries],
    ['steps a second', (verdict) => (verdict.steps / verdict.seconds).toFixed(1)],
    ['set aside after three crashes in a row', (verdict) => verdict.asked.setAside],
    ['runs that did not end', (verdict) => verdict.notEnded.length],
    ['effects twice', (verdict) => verdict.doubles.length],
    ['effects lost', (verdict) => verdict.lost.length],
    ['effects without approval, intent and outcome', (verdict) => verdict.unaudited.length],
    ['acknowledged approvals lost', (verdict) => verdict.forgotten.length],
    ['gaps in the numbers of the log', (verdict) => verdict.audit.gaps],
    ['what log and database say differently', (verdict) => verdict.differences.length],
  ]
  const width = Math.max(...rows.map(([title]) => title.length))
  const lines = rows.map(([title, value]) => `${title.padEnd(width)}  ${cell(value(chaos))}  ${cell(value(control))}`)
  const byName = ([left]: readonly [string, number], [right]: readonly [string, number]) => left.localeCompare(right)
  const places = [...chaos.kills.byPlace]
    .sort(byName)
    .map(([place, count]) => `${place} ${String(count)}`)
    .join(', ')
  const head = `${''.padEnd(width)}  ${cell('chaos')}  ${cell('no reconcile')}`
  return ['', head, ...lines, '', `killed at: ${places}`, `verifier: ${chaos.audit.text}`, ''].join('\n')
}

function cell(value: number | string): string {
  return String(value).padStart(12)
}

function resumeOf({ disturbances: { resumedAfterMs } }: Verdict): string {
  return resumedAfterMs === null ? '-' : (resumedAfterMs / 1000).toFixed(1)
}

function classes({ asked }: Verdict): string {
  const text = [...asked.byClass].map(([name, count]) => `${name} ${String(count)}`).join(', ')
  return text === '' ? '0' : text
}

/** One sentence for each promise that did not hold. */
export function brokenPromises(options: ChaosOptions, chaos: Verdict, control: Verdict): readonly string[] {
  const { resumedAfterMs } = chaos.disturbances
  const isStuck = options.failsOver && (resumedAfterMs === null || resumedAfterMs > options.resumesWithinMs)
  const checks: readonly (readonly [boolean, string])[] = [
    [chaos.doubles.length > 0, `effects happened twice: ${chaos.doubles.join(', ')}`],
    [chaos.lost.length > 0, `effects were lost: ${chaos.lost.join(', ')}`],
    [chaos.forgotten.length > 0, `acknowledged approvals are gone: ${chaos.forgotten.join(', ')}`],
    [chaos.notEnded.length > 0, `runs did not end: ${chaos.notEnded.join(', ')}`],
    [chaos.notSucceeded.length > 0, `runs ended otherwise than approved: ${chaos.notSucceeded.join(', ')}`],
    [
      chaos.unaudited.length > 0,
      `effects without approval, intent and outcome on record: ${chaos.unaudited.join(', ')}`,
    ],
    [chaos.differences.length > 0, `the log alone does not lead to the database:\n  ${chaos.differences.join('\n  ')}`],
    [chaos.audit.code !== 0, `the verifier refuses the log: ${chaos.audit.text}`],
    [chaos.audit.gaps !== 0, `the numbers of the log have ${String(chaos.audit.gaps)} gaps`],
    [isStuck, `no work went on in time after the death of the primary: ${resumeOf(chaos)} s`],
    [classCount(chaos, 'idempotent') > 0, 'an idempotent step was left to a person'],
    [classCount(chaos, 'queryable') > 0, 'a queryable step was left to a person'],
    [chaos.asked.silent > 0, 'a step waited for a person and nobody was told'],
    [chaos.kills.owed.size > 0, `kills that are owed: ${[...chaos.kills.owed].map((one) => one.join(' ')).join(', ')}`],
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
