import { answer } from './replies.ts'
import { breakGlass } from '../break-glass/break-glass.ts'
import { reviewBreakGlass } from '../break-glass/review-break-glass.ts'
import { RefusedError } from '../../kernel/errors.ts'
import type { Deps } from '../dependencies.ts'
import type { Person } from '../../domain/person.ts'
import type { Press, Reply } from './conversation.ts'

/** The card showed the plan and the button carries its hash; a verdict as the answer makes it a review. */
export async function pressGlass(deps: Deps, press: Press, person: Person): Promise<Reply> {
  const { incidentId, proposalId, planHash, surface: origin } = press
  const said = press.text ?? ''
  if (press.answer === 'justified' || press.answer === 'unjustified') {
    const input = { incidentId, person, origin, proposalId, verdict: press.answer, text: said }
    const { text } = await reviewBreakGlass(deps, input)
    return answer(text, { incidentId })
  }
  if (proposalId === null || planHash === null) {
    throw new RefusedError('old_button', 'This button does not say which plan it means. Use the newest card.')
  }
  const input = { proposalId, incidentId, personId: person.id, planHash, reason: said, origin }
  const { text } = await breakGlass(deps, input)
  return { ...answer(text, { incidentId }), code: 'glass_broken' }
}
