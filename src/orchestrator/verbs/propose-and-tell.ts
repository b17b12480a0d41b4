import { answer } from './replies.ts'
import { loadIncidentView } from '../load-incident-view.ts'
import { proposePlaybook } from '../propose-playbook.ts'
import type { Deps } from '../dependencies.ts'
import type { PlanPlaybookInput } from '../plan-playbook.ts'
import type { Reply } from './conversation.ts'

const HASH_SHOWN = 8

/** The verb and the form say the same. */
export async function proposeAndTell(deps: Deps, input: PlanPlaybookInput, share: boolean): Promise<Reply> {
  const { proposal, outcome } = await proposePlaybook(deps, input)
  const card = await loadIncidentView(deps, input.incidentId)
  const text =
    outcome === 'kept'
      ? `${proposal.id} already proposes exactly this.`
      : `${proposal.id} is proposed (tier ${proposal.tier}, plan ${proposal.planHash.slice(0, HASH_SHOWN)}). It runs once it is approved.`
  return answer(text, {
    shared: share,
    incidentId: input.incidentId,
    ...(card === undefined ? {} : { card }),
  })
}
