import { COUNTERSIGN } from '../../domain/actor.ts'
import { incidentTarget } from '../incident-target.ts'
import { clockTime, shortRevision } from '../../summaries/wording.ts'
import { chance, percent } from '../../kernel/percent.ts'
import type { AuditRecord } from '../../domain/audit-entry.ts'
import type { Deps } from '../dependencies.ts'
import type { Evidence, NewEvidence } from '../../domain/evidence.ts'
import type { Incident } from '../../domain/incident.ts'
import type { IncidentFindings } from '../../ports/incident-store.ts'
import type { OutboxMessage } from '../../ports/outbox.ts'
import type { ScoredSuspects } from '../../changes/score-suspects.ts'
import type { Stores } from '../../ports/stores.ts'
import type { Suspect } from '../../domain/change-event.ts'

export interface Collected {
  readonly evidence: readonly NewEvidence[]
  readonly scored: ScoredSuspects
  readonly unreachable: readonly string[]
}

export interface Saved {
  /** Something a card shows is different. */
  readonly isNews: boolean
  /** The facts a summary rests on are different, other than the newest reading of a number. */
  readonly isOtherStory: boolean
}

/** Evidence, findings, what the timeline says of them, the card and the next job, in one transaction. */
export async function saveFindings(
  deps: Deps,
  incident: Incident,
  before: readonly Evidence[],
  collected: Collected,
): Promise<Saved> {
  return deps.unitOfWork.run(async (stores) => {
    const last = await stores.findings.get(incident.id)
    const { suspects, unknownCause } = collected.scored
    const isFirst = last.collectedAt === null
    const isOtherRank =
      describeRank(last) !== describeRank({ suspects, unknownCause, unreachable: collected.unreachable })
    const saved: Saved = {
      isNews: isFirst || isOtherRank || hasNewFact(before, collected.evidence, () => true),
      isOtherStory: isFirst || isOtherRank || hasNewFact(before, collected.evidence, (kind) => kind !== 'metric'),
    }
    if (saved.isNews) {
      await stores.evidence.save(collected.evidence)
      await stores.findings.save(incident.id, {
        ...{ suspects, unknownCause, unreachable: collected.unreachable, collectedAt: deps.clock.now() },
        // Words that were chosen for other facts are no longer true; the facts speak until there are new ones.
        ...(saved.isOtherStory ? { summary: null } : {}),
      })
      await tellLeader(deps, stores, incident, last, collected.scored)
      await stores.outbox.append([
        { kind: 'card', incidentId: incident.id, priority: 'status' },
        ...(saved.isOtherStory ? picturesOf(incident, collected) : []),
      ])
    }
    await stores.jobs.enqueue('incident.propose', { incidentId: incident.id }, { singletonKey: incident.id })
    return saved
  })
}

/** Only for another story: a series that goes on is no news in a thread, and the console draws it anew. */
function picturesOf({ id }: Incident, { evidence }: Collected): readonly OutboxMessage[] {
  const isMeasured = evidence.some(({ kind }) => kind === 'metric')
  return isMeasured ? [{ kind: 'picture', incidentId: id, priority: 'chatter' }] : []
}

/** Equal for equal ranks as a person sees them: a probability that moves by less than a percent is no news. */
function describeRank(findings: Pick<IncidentFindings, 'suspects' | 'unknownCause' | 'unreachable'>): string {
  const suspects = findings.suspects.map((one) => `${one.changeId} ${percent(one.probability)}`)
  return JSON.stringify([suspects, findings.unknownCause, findings.unreachable])
}

function hasNewFact(
  before: readonly Evidence[],
  now: readonly NewEvidence[],
  counts: (kind: Evidence['kind']) => boolean,
): boolean {
  const known = new Set(before.map((piece) => `${piece.kind} ${piece.fact}`))
  return now.some((piece) => counts(piece.kind) && !known.has(`${piece.kind} ${piece.fact}`))
}

/** The timeline tells when another change leads, or when none does any more. */
async function tellLeader(
  deps: Deps,
  stores: Stores,
  incident: Incident,
  last: IncidentFindings,
  scored: ScoredSuspects,
): Promise<void> {
  const leader = scored.suspects[0]
  const isSame = last.collectedAt !== null && last.suspects[0]?.changeId === leader?.changeId
  if (isSame) return
  const event = leader === undefined ? 'cause.unknown' : 'suspect.named'
  const text = leader === undefined ? `The cause is not known: ${scored.unknownCause ?? ''}` : describeLeader(leader)
  await stores.timeline.append([{ incidentId: incident.id, actor: COUNTERSIGN, origin: 'clock', event, text }])
  await stores.audit.append([deps.seal(auditRecord(incident, event, leader))])
}

function describeLeader(leader: Suspect): string {
  const version = leader.revision === null ? '' : ` to ${shortRevision(leader.revision)}`
  const [first] = leader.reasons
  const why = first === undefined ? '' : ` ${first.text}`
  return `Likely cause (${chance(leader.probability)}): ${leader.kind} of ${leader.service}${version} at ${clockTime(leader.at)}.${why}`
}

function auditRecord(incident: Incident, event: string, leader: Suspect | undefined): AuditRecord {
  return {
    event,
    actor: COUNTERSIGN,
    origin: 'clock',
    outcome: 'success',
    incidentId: incident.id,
    target: incidentTarget(incident),
    details:
      leader === undefined ? {} : { changeId: leader.changeId, probability: Number(leader.probability.toFixed(3)) },
  }
}
