import { humanActor } from '../../domain/actor.ts'
import { oneLineText, truncateText } from '../../kernel/clean-text.ts'
import { RefusedError } from '../../kernel/errors.ts'
import { auditFieldOf, momentInWords } from './glass-words.ts'
import { glassResource, listReviewers } from './list-reviewers.ts'
import { incidentTarget } from '../incident-target.ts'
import { personPrincipal } from '../authorization-subjects.ts'
import { proposalRecord } from '../proposals/proposal-records.ts'
import { requireAuthorized } from '../require-authorized.ts'
import type { Deps } from '../dependencies.ts'
import type { GlassBreak, GlassVerdict } from '../../domain/glass-break.ts'
import type { Incident } from '../../domain/incident.ts'
import type { IncidentIntent } from '../incident-moves.ts'
import { NotFoundError } from '../../kernel/errors.ts'

export interface ReviewInput extends IncidentIntent {
  /** As a button names it; null for the one that waits. */
  readonly proposalId: string | null
  readonly verdict: GlassVerdict
  readonly text: string
}

const LONGEST_TEXT = 1_000

/** Somebody who did not break the glass says whether it was right; then, and not before, the incident can be resolved. */
export async function reviewBreakGlass(deps: Deps, input: ReviewInput): Promise<{ readonly text: string }> {
  const { person, incidentId, origin } = input
  const incident = await deps.stores.incidents.find(incidentId)
  if (incident === undefined) throw new NotFoundError('incident', incidentId)
  const glass = await findWaiting(deps, input)
  if (glass.personId === person.id) throw await refuseOwn(deps, incident, glass, input)
  const verdict = await requireAuthorized(deps, {
    principal: personPrincipal(person),
    action: 'breakglass.review',
    resource: glassResource(deps, incident, glass),
    origin,
    name: person.name,
    incidentId,
    proposalId: glass.proposalId,
  })
  const said = truncateText(deps.redact(oneLineText(input.text, Infinity)), LONGEST_TEXT)
  if (said === '') throw new RefusedError('reason_missing', 'A review needs a sentence: say why it was right or not.')
  return deps.unitOfWork.run(async (stores) => {
    const proposal = await stores.proposals.find(glass.proposalId)
    const reviewed = await stores.glass.review(glass.proposalId, {
      reviewerId: person.id,
      reviewerName: person.name,
      verdict: input.verdict,
      text: said,
    })
    if (reviewed === undefined || proposal === undefined) throw alreadyReviewed(glass)
    const text = `${person.name} reviews the break-glass of ${glass.proposalId} by ${glass.personName}: ${input.verdict}: ${said.replace(/[.\s]+$/, '')}.`
    const record = proposalRecord(proposal, {
      actor: humanActor(person),
      origin,
      event: 'break_glass.reviewed',
      details: { verdict: input.verdict, text: said, brokenBy: glass.personId, roles: person.roles },
    })
    await stores.audit.append([
      deps.seal({ ...record, policyVersion: verdict.policyVersion, breakGlass: auditFieldOf(reviewed) }),
    ])
    await stores.timeline.append([
      { incidentId, actor: humanActor(person), origin, event: 'break_glass.reviewed', text },
    ])
    await stores.outbox.append([
      { kind: 'card', incidentId, priority: 'approval' },
      { kind: 'thread', incidentId, text, priority: 'result' },
      { kind: 'direct', incidentId, personId: glass.personId, text: `${incidentId}: ${text}`, priority: 'result' },
    ])
    return { text }
  })
}

async function findWaiting(deps: Deps, { incidentId, proposalId }: ReviewInput): Promise<GlassBreak> {
  const uses = await deps.stores.glass.listByIncident(incidentId)
  const named = proposalId === null ? uses : uses.filter((one) => one.proposalId === proposalId)
  const waiting = named.findLast((one) => one.review === null)
  if (waiting !== undefined) return waiting
  const [reviewed] = named
  if (reviewed !== undefined) throw alreadyReviewed(reviewed)
  throw new RefusedError(
    'nothing_to_review',
    `The glass was not broken in ${incidentId}, so there is nothing to review.`,
  )
}

function alreadyReviewed({ proposalId, review }: GlassBreak): RefusedError {
  const by = review === null ? '' : ` by ${review.reviewerName} at ${momentInWords(review.at)}: ${review.verdict}`
  return new RefusedError('already_reviewed', `The break-glass of ${proposalId} is reviewed already${by}.`)
}

/** On record like every refusal. */
async function refuseOwn(deps: Deps, incident: Incident, glass: GlassBreak, input: ReviewInput): Promise<RefusedError> {
  const { person, origin } = input
  deps.telemetry.count('refusals', { reason: 'own_break_glass', origin })
  await deps.stores.audit.append([
    deps.seal({
      event: 'request.refused',
      actor: humanActor(person),
      origin,
      outcome: 'refused',
      reasonCode: 'own_break_glass',
      target: incidentTarget(incident),
      incidentId: incident.id,
      proposalId: glass.proposalId,
      details: { action: 'breakglass.review' },
    }),
  ])
  const others = listReviewers(deps, incident, glass).map(({ name }) => name)
  const next = others.length === 0 ? 'Nobody else in people.yaml may: add an approver.' : `Ask ${others.join(', ')}.`
  return new RefusedError('own_break_glass', `${person.name} broke the glass and cannot review it. ${next}`)
}
