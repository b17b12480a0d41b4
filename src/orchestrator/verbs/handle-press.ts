import { RefusedError } from '../../kernel/errors.ts'
import { answered, requirePerson } from './handle-utterance.ts'
import { changeIdOf, pressChange } from './configuration-verbs.ts'
import { pressFeedback } from './feedback-verb.ts'
import { pressGlass } from './press-glass.ts'
import { replyOf } from './decision-verbs.ts'
import { recordDecision } from '../record-decision.ts'
import { VERB_HANDLERS } from './verb-handlers.ts'
import { withRequest } from '../with-request.ts'
import type { Deps } from '../dependencies.ts'
import type { Person } from '../../domain/person.ts'
import type { Press, Reply } from './conversation.ts'
import type { VerbRequest } from './parse-verb.ts'

/**
 * A button of a card. The press names the proposal and the hash that the card showed; a card that was forwarded or
 * copied elsewhere is refused, since who pressed may not have seen what is current here.
 */
export async function handlePress(given: Deps, press: Press): Promise<Reply> {
  const deps = withRequest(given, press)
  return answered(deps, press, async () => {
    const changeId = changeIdOf(press.proposalId)
    if (changeId !== null) {
      return pressChange(deps, press, await requirePerson(deps, press, press.verb), changeId)
    }
    // Looked up while the platform is asked who presses; who presses is judged first.
    const onOwnCard = requireOwnCard(deps, press)
    onOwnCard.catch(() => undefined)
    const person = await requirePerson(deps, press, press.verb)
    await onOwnCard
    if (press.verb === 'approve' || press.verb === 'reject') return decide(deps, press, press.verb, person)
    if (press.verb === 'breakglass') return pressGlass(deps, press, person)
    if (press.verb === 'feedback') return pressFeedback(deps, press, person)
    const request = requestOf(press)
    return VERB_HANDLERS[press.verb](deps, { request, person, place: { ...press, incidentId: press.incidentId } })
  })
}

async function decide(deps: Deps, press: Press, decision: 'approve' | 'reject', person: Person): Promise<Reply> {
  if (press.proposalId === null || press.planHash === null) {
    throw new RefusedError('old_button', 'This button does not say which plan it means. Use the newest card.')
  }
  const result = await recordDecision(deps, {
    proposalId: press.proposalId,
    incidentId: press.incidentId,
    personId: person.id,
    decision,
    planHash: press.planHash,
    reason: press.text,
    origin: press.surface,
  })
  return replyOf(result)
}

/** The console renders its pages anew at every look; only chat messages can be forwarded. */
async function requireOwnCard(deps: Deps, press: Press): Promise<void> {
  if (press.surface === 'console') return
  const card =
    press.channel === null || press.message === null
      ? undefined
      : await deps.stores.cardQueries.findByMessage(press.surface, press.channel, press.message)
  if (card?.incidentId === press.incidentId) return
  throw new RefusedError(
    'foreign_card',
    `This is a copy of the card. Decide on the card of ${press.incidentId} in its own channel.`,
  )
}

function wordsOf({ verb, stepId, answer, question, text }: Press): string {
  if (verb === 'settle') return `${stepId ?? ''} ${answer ?? ''} ${text ?? ''}`.trim()
  if (verb === 'answer' && question !== undefined && text !== null) return `Q${String(question)} ${text}`
  return text ?? ''
}

/** The other buttons do what the verb of the same name does. */
function requestOf(press: Press): VerbRequest {
  const rest = wordsOf(press)
  return {
    verb: press.verb,
    incidentId: press.incidentId,
    share: false,
    words: rest === '' ? [] : rest.split(' '),
    rest,
  }
}
