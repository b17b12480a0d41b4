import type { ActionName } from '../domain/action.ts'
import type { Alert } from '../domain/alert.ts'
import type { Suspect } from '../domain/change-event.ts'
import type { Playbook } from '../domain/playbook.ts'
import { matchesAlert, writeMatcher } from './match-alert.ts'

/** Below this the bot proposes nothing that undoes a change: more likely than not it would undo the wrong one. */
const MIN_CONFIDENCE = 0.5

export interface ShortlistFacts {
  readonly playbooks: readonly Playbook[]
  /** Of the incident; firing ones count, or all of them when none fires any more. */
  readonly alerts: readonly Alert[]
  /** The best first. */
  readonly suspects: readonly Suspect[]
  /** Why no cause is named, when none is. */
  readonly unknownCause: string | null
  readonly available: readonly ActionName[]
  /** How often each playbook has succeeded on this service. */
  readonly successes: ReadonlyMap<string, number>
}

export interface FittingPlaybook {
  readonly playbook: Playbook
  readonly alert: Alert | null
  readonly suspect: Suspect | null
  /** Why it fits, one sentence each. */
  readonly reasons: readonly string[]
}

export interface UnfitPlaybook {
  readonly playbook: Playbook
  /** Why it does not, one sentence each. */
  readonly reasons: readonly string[]
}

export interface Shortlist {
  /** The best first. */
  readonly fits: readonly FittingPlaybook[]
  readonly unfit: readonly UnfitPlaybook[]
}

interface Judged {
  readonly playbook: Playbook
  readonly alert: Alert | null
  readonly suspect: Suspect | null
  readonly fitReasons: readonly string[]
  readonly unfitReasons: readonly string[]
}

export function shortlistPlaybooks(facts: ShortlistFacts): Shortlist {
  const judged = facts.playbooks.map((playbook) => judge(playbook, facts))
  const fits = judged
    .filter(({ unfitReasons }) => unfitReasons.length === 0)
    .sort((left, right) => compareFits(left, right, facts.successes))
    .map(({ playbook, alert, suspect, fitReasons }) => ({ playbook, alert, suspect, reasons: fitReasons }))
  const unfit = judged
    .filter(({ unfitReasons }) => unfitReasons.length > 0)
    .map(({ playbook, unfitReasons }) => ({ playbook, reasons: unfitReasons }))
  return { fits, unfit }
}

/** The alert that fits all matchers: one that fires before one that does not, then the oldest. */
export function findFittingAlert(playbook: Playbook, alerts: readonly Alert[]): Alert | undefined {
  const fitting = alerts.filter((alert) =>
    playbook.match.alerts.every((matcher) => matchesAlert(matcher, alert.labels)),
  )
  return fitting.find((alert) => alert.status === 'firing') ?? fitting[0]
}

function judge(playbook: Playbook, facts: ShortlistFacts): Judged {
  const alerts = judgeAlerts(playbook, facts.alerts)
  const change = judgeChange(playbook, facts)
  const actions = judgeActions(playbook, facts.available)
  const successes = facts.successes.get(playbook.name) ?? 0
  const history = successes > 0 ? [`It has succeeded here ${String(successes)} time${successes === 1 ? '' : 's'}.`] : []
  return {
    playbook,
    alert: alerts.alert,
    suspect: change.suspect,
    fitReasons: [...alerts.fit, ...change.fit, ...history],
    unfitReasons: [...alerts.unfit, ...change.unfit, ...actions],
  }
}

function judgeAlerts(
  playbook: Playbook,
  alerts: readonly Alert[],
): { alert: Alert | null; fit: readonly string[]; unfit: readonly string[] } {
  const { match } = playbook
  const alert = findFittingAlert(playbook, alerts) ?? null
  if (match.alerts.length === 0) {
    const unfit =
      match.change === null ? ['It names no alerts and no change, so it runs only when somebody asks for it.'] : []
    return { alert, fit: [], unfit }
  }
  const wanted = match.alerts.map(writeMatcher).join(' and ')
  if (alert === null) return { alert, fit: [], unfit: [`No alert of this incident fits ${wanted}.`] }
  return { alert, fit: [`The alert ${alert.name} fits ${wanted}.`], unfit: [] }
}

function judgeChange(
  playbook: Playbook,
  facts: ShortlistFacts,
): { suspect: Suspect | null; fit: readonly string[]; unfit: readonly string[] } {
  const kind = playbook.match.change
  if (kind === null) return { suspect: null, fit: [], unfit: [] }
  const leading = facts.suspects[0]
  const refuse = (why: string) => ({ suspect: null, fit: [], unfit: [`It needs a suspected ${kind}, and ${why}.`] })
  if (leading === undefined) return refuse(lowerFirst(facts.unknownCause ?? 'no change is suspected'))
  const named = `${leading.changeId} (${leading.kind} of ${leading.service}, ${percent(leading.probability)})`
  if (leading.kind !== kind) return refuse(`the leading suspect is ${named}`)
  if (leading.probability < MIN_CONFIDENCE) {
    return refuse(`the leading suspect ${named} is below ${percent(MIN_CONFIDENCE)}`)
  }
  return { suspect: leading, fit: [`The leading suspect is ${named}.`], unfit: [] }
}

function judgeActions(playbook: Playbook, available: readonly ActionName[]): readonly string[] {
  const used = playbook.steps.flatMap((step) => [step.uses, ...(step.undo === null ? [] : [step.undo.uses])])
  const missing = [...new Set(used)].filter((action) => !available.includes(action))
  return missing.length === 0 ? [] : [`This installation cannot run ${missing.join(', ')}: configure its connection.`]
}

/** What acts on the suspected cause first, by its probability; then the narrower match, the better record, the name. */
function compareFits(left: Judged, right: Judged, successes: ReadonlyMap<string, number>): number {
  return (
    (right.suspect?.probability ?? 0) - (left.suspect?.probability ?? 0) ||
    right.playbook.match.alerts.length - left.playbook.match.alerts.length ||
    (successes.get(right.playbook.name) ?? 0) - (successes.get(left.playbook.name) ?? 0) ||
    Number(right.playbook.risk.reversible) - Number(left.playbook.risk.reversible) ||
    (left.playbook.name < right.playbook.name ? -1 : 1)
  )
}

function percent(probability: number): string {
  return `${String(Math.round(probability * 100))} %`
}

function lowerFirst(sentence: string): string {
  return `${sentence.slice(0, 1).toLowerCase()}${sentence.slice(1).replace(/[.\s]+$/, '')}`
}
