import { RefusedError } from '../../kernel/errors.ts'
import { answer } from './replies.ts'
import { breakGlass } from '../break-glass/break-glass.ts'
import { findIncident } from './find-incident.ts'
import { parseBreakGlass } from './parse-break-glass.ts'
import { readIncident } from '../read/read-incidents.ts'
import { readerOf } from './conversation-context.ts'
import { reviewBreakGlass } from '../break-glass/review-break-glass.ts'
import { showGlass } from '../break-glass/show-glass.ts'
import type { Deps } from '../dependencies.ts'
import type { Reply } from './conversation.ts'
import type { VerbCall } from './conversation-context.ts'

/**
 * `breakglass <playbook> <reason>` shows the plan and runs nothing; `breakglass <proposal> <hash8> <reason>` runs exactly
 * it, as `approve <proposal> <hash8>` approves exactly it; `breakglass review …` says afterwards whether it was right.
 */
export async function breakGlassVerb(deps: Deps, call: VerbCall): Promise<Reply> {
  const asked = parseBreakGlass(call.request)
  switch (asked.kind) {
    case 'show':
      return showBeforeBreaking(deps, call, asked.playbook, asked.reason)
    case 'confirm':
      return confirm(deps, call, asked)
    case 'review': {
      const incident = await findIncident(deps, call)
      const { verdict, text: said } = asked
      const by = { person: call.person, origin: call.place.surface }
      const input = { incidentId: incident.id, ...by, proposalId: null, verdict, text: said }
      const { text } = await reviewBreakGlass(deps, input)
      return answer(text, { incidentId: incident.id })
    }
  }
}

async function showBeforeBreaking(deps: Deps, call: VerbCall, playbook: string, reason: string): Promise<Reply> {
  const incident = await findIncident(deps, call)
  const input = { incidentId: incident.id, person: call.person, origin: call.place.surface, playbook, reason }
  const { text } = await showGlass(deps, input)
  const card = await readIncident(deps, readerOf(call), incident.id)
  return answer(text, { card, incidentId: incident.id })
}

interface Confirmed {
  readonly proposalId: string
  readonly hashPrefix: string
  readonly reason: string
}

async function confirm(deps: Deps, call: VerbCall, { proposalId, hashPrefix, reason }: Confirmed): Promise<Reply> {
  const proposal = await deps.stores.proposals.find(proposalId)
  if (proposal === undefined) {
    throw new RefusedError(
      'unknown_proposal',
      `There is no proposal ${proposalId}. Type "status" to see the one that is open.`,
    )
  }
  const by = { personId: call.person.id, origin: call.place.surface }
  const input = { proposalId, incidentId: call.request.incidentId, ...by, planHash: hashPrefix, reason }
  const { text } = await breakGlass(deps, input)
  return { ...answer(text, { incidentId: proposal.incidentId }), code: 'glass_broken' }
}
