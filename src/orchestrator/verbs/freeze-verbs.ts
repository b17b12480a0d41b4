import { answer } from './replies.ts'
import { freezeService } from '../freeze-service.ts'
import { unfreezeService } from '../unfreeze-service.ts'
import { wrongUsage } from './parse-verb.ts'
import type { Deps } from '../dependencies.ts'
import type { Reply } from './conversation.ts'
import type { VerbCall } from './conversation-context.ts'

export async function freezeVerb(deps: Deps, { request, person, place }: VerbCall): Promise<Reply> {
  const [service, duration, ...reason] = request.words
  if (service === undefined || duration === undefined || reason.length === 0) {
    throw wrongUsage('freeze', 'What, for how long and why are needed.')
  }
  const input = { service, for: duration, reason: reason.join(' '), personId: person.id, origin: place.surface }
  const { text } = await freezeService(deps, input)
  return answer(text)
}

export async function unfreezeVerb(deps: Deps, { request, person, place }: VerbCall): Promise<Reply> {
  const [service] = request.words
  if (service === undefined) throw wrongUsage('unfreeze', 'Say which service, or all.')
  const { text } = await unfreezeService(deps, { service, personId: person.id, origin: place.surface })
  return answer(text)
}
