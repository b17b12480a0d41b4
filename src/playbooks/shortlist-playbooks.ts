import type { ActionName } from '../domain/action.ts'
import type { Alert } from '../domain/alert.ts'
import type { Suspect } from '../domain/change-event.ts'
import type { Playbook } from '../domain/playbook.ts'
import type { PastRun } from '../domain/past-run.ts'
import { percent } from '../kernel/percent.ts'
import { matchesAlert, writeMatcher } from './match-alert.ts'
import { showsNoSymptom } from './shows-no-symptom.ts'
import { describeRecord, trackRecord } from './track-record.ts'
import type { RecordPlace, TrackRecord } from './track-record.ts'

/** Below this the bot proposes nothing that undoes a change: more likely than not it would undo the wrong one. */
const MIN_CONFIDENCE = 0.5
/**
 * Where the changed service shows no symptom of its own. A choice, fitted to nothing: faults mostly show where they are,
 * and if one in four shows at callers alone, silence leaves a quarter of the odds. Even odds then ask for four to one.
 */
const MIN_CONFIDENCE_SILENT = 0.8
/** Less than a fit: with the trust that a playbook without a record has, it stays below what is proposed. */
const FIT_ELSEWHERE = 0.4

export interface ShortlistFacts {
  readonly playbooks: readonly Playbook[]
  /** Of the incident; firing ones count, or all of them when none fires any more. */
  readonly alerts: readonly Alert[]
  /** The best first. */
  readonly suspects: readonly Suspect[]
  /** Why no cause is named, when none is. */
  readonly unknownCause: string | null
  readonly available: readonly ActionName[]
  /** What playbooks did before, here and elsewhere. */
  readonly past: readonly PastRun[]
  /** Of the incident, for those that name no change. */
  readonly service: string | null
  readonly placeOf: (service: string | null) => RecordPlace
  readonly now: Date
}

export interface FittingPlaybook {
  readonly playbook: Playbook
  readonly alert: Alert | null
  readonly suspect: Suspect | null
  /** That it helps: the fit times the probability of the cause it acts on times its record. */
  readonly confidence: number
  readonly record: TrackRecord
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
  readonly confidence: number
  readonly record: TrackRecord
  readonly fitReasons: readonly string[]
  readonly unfitReasons: readonly string[]
}

export function shortlistPlaybooks(facts: ShortlistFacts): Shortlist {
  const judged = facts.playbooks.map((playbook) => judge(playbook, facts))
  const fits = judged
    .filter(({ unfitReasons }) => unfitReasons.length === 0)
    .sort((left, right) => compareFits(left, right, facts.suspects[0]))
    .map(({ fitReasons, unfitReasons: _none, ...rest }) => ({ ...rest, reasons: fitReasons }))
  const unfit = judged
    .filter(({ unfitReasons }) => unfitReasons.length > 0)
    .map(({ playbook, unfitReasons }) => ({ playbook, reasons: unfitReasons }))
  return { fits, unfit }
}

/**
 * The alert that fits all matchers: one that fires before one that does not, then one of the service that the playbook
 * acts on, then the oldest.
 */
export function findFittingAlert(
  { match }: Pick<Playbook, 'match'>,
  alerts: readonly Alert[],
  service: string | null,
): Alert | undefined {
  const fitting = alerts.filter((alert) => match.alerts.every((matcher) => matchesAlert(matcher, alert.labels)))
  const firing = fitting.filter((alert) => alert.status === 'firing')
  const best = firing.length > 0 ? firing : fitting
  return best.find((alert) => !isElsewhere(match, alert, service)) ?? best[0]
}

/** A playbook that names no change acts on the incident's service, and this alert is not about that one. */
function isElsewhere({ change }: Playbook['match'], alert: Alert, service: string | null): boolean {
  return change === null && alert.service !== null && service !== null && alert.service !== service
}

function judge(playbook: Playbook, facts: ShortlistFacts): Judged {
  const alerts = judgeAlerts(playbook, facts)
  const change = judgeChange(playbook, facts)
  const actions = judgeActions(playbook, facts.available)
  const place = facts.placeOf(change.suspect?.service ?? facts.service)
  const record = trackRecord(playbook.name, place, facts.past, facts.now)
  const history = describeRecord(record)
  return {
    playbook,
    alert: alerts.alert,
    suspect: change.suspect,
    confidence: alerts.share * (change.suspect?.probability ?? 1) * record.mean,
    record,
    fitReasons: [...alerts.fit, ...change.fit, ...(history === null ? [] : [history])],
    unfitReasons: [...alerts.unfit, ...change.unfit, ...actions],
  }
}

interface AlertFit {
  readonly alert: Alert | null
  /** How much of the fit the alert is. */
  readonly share: number
  readonly fit: readonly string[]
  readonly unfit: readonly string[]
}

function judgeAlerts({ match }: Playbook, { alerts, service }: ShortlistFacts): AlertFit {
  const alert = findFittingAlert({ match }, alerts, service) ?? null
  if (match.alerts.length === 0) {
    const unfit =
      match.change === null ? ['It names no alerts and no change, so it runs only when somebody asks for it.'] : []
    return { alert, share: 1, fit: [], unfit }
  }
  const wanted = match.alerts.map(writeMatcher).join(' and ')
  if (alert === null) return { alert, share: 0, fit: [], unfit: [`No alert of this incident fits ${wanted}.`] }
  const fit = [`The alert ${alert.name} fits ${wanted}.`]
  if (!isElsewhere(match, alert, service)) return { alert, share: 1, fit, unfit: [] }
  const but = `But it is of ${alert.service ?? ''}, not of ${service ?? ''}.`
  return { alert, share: FIT_ELSEWHERE, fit: [...fit, but], unfit: [] }
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
  if (leading.probability < MIN_CONFIDENCE_SILENT && showsNoSymptom(leading, facts.alerts)) {
    const needed = percent(MIN_CONFIDENCE_SILENT)
    return refuse(
      `the leading suspect ${named} is below the ${needed} that a service without a symptom of its own needs`,
    )
  }
  return { suspect: leading, fit: [`The leading suspect is ${named}.`], unfit: [] }
}

function judgeActions(playbook: Playbook, available: readonly ActionName[]): readonly string[] {
  const used = playbook.steps.flatMap((step) => [step.uses, ...(step.undo === null ? [] : [step.undo.uses])])
  const missing = [...new Set(used)].filter((action) => !available.includes(action))
  return missing.length === 0 ? [] : [`This installation cannot run ${missing.join(', ')}: configure its connection.`]
}

/**
 * By confidence, where a playbook that leaves the likely cause in place counts only as far as that cause may be the
 * wrong one; then the narrower match, what can be undone, the name.
 */
function compareFits(left: Judged, right: Judged, leading: Suspect | undefined): number {
  const worth = ({ suspect, confidence }: Judged) =>
    suspect === null && leading !== undefined ? confidence * (1 - leading.probability) : confidence
  return (
    worth(right) - worth(left) ||
    right.playbook.match.alerts.length - left.playbook.match.alerts.length ||
    Number(right.playbook.risk.reversible) - Number(left.playbook.risk.reversible) ||
    (left.playbook.name < right.playbook.name ? -1 : 1)
  )
}

function lowerFirst(sentence: string): string {
  return `${sentence.slice(0, 1).toLowerCase()}${sentence.slice(1).replace(/[.\s]+$/, '')}`
}
