import { alertEvidence } from '../../../orchestrator/refresh/alert-evidence.ts'
import { changeEvidence } from '../../../orchestrator/refresh/change-evidence.ts'
import { focusOf } from '../../../orchestrator/refresh/focus.ts'
import { judgeCauses } from '../../../changes/judge-causes.ts'
import type { Alert } from '../../../domain/alert.ts'
import type { CauseVerdict } from '../../../changes/judge-causes.ts'
import type { ChangeEvent } from '../../../domain/change-event.ts'
import type { CollectedEvidence, ToldChange } from '../../../ports/known-then-store.ts'
import type { Deps } from '../../../orchestrator/dependencies.ts'
import type { Evidence, NewEvidence } from '../../../domain/evidence.ts'
import type { Incident } from '../../../domain/incident.ts'
import type { Stores } from '../../../ports/stores.ts'

const MOST_ALERTS = 200
/** How far back a refresh reads the changes of a service. */
const CHANGES_MS = 14 * 86_400_000

export interface KnownThen {
  readonly onsetAt: Date
  readonly alerts: readonly Alert[]
  readonly changes: readonly ChangeEvent[]
  readonly judged: ReadonlyMap<string, CauseVerdict>
  readonly evidence: readonly Evidence[]
}

/** Of one incident what had reached us by a moment, as far as it can be told apart from what came later. */
export async function knownThen(
  { catalog }: Pick<Deps, 'catalog'>,
  stores: Stores,
  incident: Incident,
  by: Date,
): Promise<KnownThen> {
  const rows = await stores.knownThen.listAlerts(incident.id, by, MOST_ALERTS)
  const alerts = rows.filter(({ startsAt }) => startsAt <= by).map((alert) => alertThen(alert, by))
  const onsetAt = onsetThen(incident, alerts)
  const { around } = focusOf(catalog, incident, alerts)
  const told = await stores.knownThen.listChanges(around, new Date(onsetAt.getTime() - CHANGES_MS), by)
  const changes = told.map((one) => changeThen(one, by))
  const [answers, collected] = await Promise.all([
    stores.feedback.listByChanges(changes.map(({ id }) => id)),
    stores.knownThen.listEvidence(incident.id),
  ])
  return {
    ...{ onsetAt, alerts, changes },
    judged: judgeCauses(answers.filter((one) => one.incidentId !== incident.id && one.at <= by)),
    evidence: evidenceThen(collected, [...alertEvidence(incident.id, alerts), ...describeEach(incident, changes)], by),
  }
}

/** An alert that joined later may have moved it back, never forward. */
function onsetThen({ onsetAt, openedAt, origin }: Incident, alerts: readonly Alert[]): Date {
  const begun = [...alerts.map(({ startsAt }) => startsAt), ...(origin === 'alerts' ? [] : [openedAt])]
  if (begun.length === 0) return onsetAt
  return new Date(Math.max(onsetAt.getTime(), Math.min(...begun.map((at) => at.getTime()))))
}

/** Of an alert that was told again since, what it said the first time is not on record; its labels are its identity. */
function alertThen(alert: Alert, by: Date): Alert {
  const isToldAgain = alert.repeats > 0 && alert.lastSeenAt > by
  const lastSeenAt = alert.lastSeenAt <= by ? alert.lastSeenAt : by
  const told = { ...alert, lastSeenAt, ...(isToldAgain ? { annotations: {}, repeats: 0 } : {}) }
  return alert.endsAt !== null && alert.endsAt <= by ? told : { ...told, status: 'firing', endsAt: null }
}

/** An outcome that was told later, or nobody knows when, was not known; an end that is not on record counts from its own time. */
function changeThen({ change, endings }: ToldChange, by: Date): ChangeEvent {
  const told = endings.findLast(({ at }) => at <= by) ?? { outcome: null, finishedAt: change.finishedAt }
  const isOver = told.finishedAt !== null && told.finishedAt <= by
  return { ...change, outcome: told.outcome, finishedAt: isOver ? told.finishedAt : null }
}

function describeEach({ id }: Incident, changes: readonly ChangeEvent[]): readonly NewEvidence[] {
  return changes.flatMap((change) => changeEvidence(id, [{ changeId: change.id }], [change]))
}

/** A piece that was read again since is made anew where it says what the records say, and is lost where a source said it. */
function evidenceThen(
  collected: readonly CollectedEvidence[],
  remade: readonly NewEvidence[],
  by: Date,
): readonly Evidence[] {
  const made = new Map(remade.map((piece) => [piece.key, piece]))
  return collected.flatMap(({ piece, key, collectedAt }) => {
    if (collectedAt <= by) return piece.at <= by ? [piece] : []
    const { at, fact } = made.get(key) ?? {}
    return at === undefined || fact === undefined ? [] : [{ ...piece, at, fact }]
  })
}
