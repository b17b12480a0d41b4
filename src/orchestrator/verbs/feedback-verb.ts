import { MEANING_OF_WORD, isFeedbackWord } from '../../domain/feedback-words.ts'
import { RefusedError } from '../../kernel/errors.ts'
import { answer } from './replies.ts'
import { findIncident } from './find-incident.ts'
import { recordFeedback } from '../record-feedback.ts'
import { wrongUsage } from './parse-verb.ts'
import type { Deps } from '../dependencies.ts'
import type { Person } from '../../domain/person.ts'
import type { Press, Reply } from './conversation.ts'
import type { VerbCall } from './conversation-context.ts'
import type { VerbRequest } from './parse-verb.ts'

/** `feedback [id] cause right|wrong|unsure` and `feedback [id] playbook helped|no`. */
export async function feedbackVerb(deps: Deps, call: VerbCall): Promise<Reply> {
  const meaning = parseFeedback(call.request)
  const incident = await findIncident(deps, call)
  const by = { incidentId: incident.id, person: call.person, origin: call.place.surface }
  const { text } = await recordFeedback(deps, { ...by, ...meaning, about: null })
  return answer(text, { incidentId: incident.id })
}

function parseFeedback({ words }: VerbRequest): (typeof MEANING_OF_WORD)['right'] {
  const [question, word] = words.map((one) => one.toLowerCase())
  if (question !== 'cause' && question !== 'playbook') {
    throw wrongUsage('feedback', 'Say first what it is about: cause or playbook.')
  }
  if (word !== undefined && isFeedbackWord(word) && MEANING_OF_WORD[word].question === question) {
    return MEANING_OF_WORD[word]
  }
  throw wrongUsage('feedback', question === 'cause' ? 'Say right, wrong or unsure.' : 'Say helped or no.')
}

/** Whatever text comes with the press is not read: nothing was asked for. */
export async function pressFeedback(deps: Deps, press: Press, person: Person): Promise<Reply> {
  const { incidentId, surface: origin, answer: word, about = null } = press
  if (word === null || !isFeedbackWord(word) || about === null) {
    throw new RefusedError('old_button', 'This button does not say what it asks about. Use the newest card.')
  }
  const { text } = await recordFeedback(deps, { incidentId, person, origin, ...MEANING_OF_WORD[word], about })
  return answer(text, { incidentId })
}
