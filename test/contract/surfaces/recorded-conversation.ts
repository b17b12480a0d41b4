import { buildConversation } from '../../../src/app/build-conversation.ts'
import type { Conversation, Reply } from '../../../src/orchestrator/index.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'

/** The real conversation, whose answers are noted on their way to the surface. */
export interface RecordedConversation extends Conversation {
  readonly replies: readonly Reply[]
}

export function recordConversation(deps: Deps): RecordedConversation {
  const { say, press } = buildConversation(deps)
  const replies: Reply[] = []
  const noted = async (answer: Promise<Reply>): Promise<Reply> => {
    const reply = await answer
    replies.push(reply)
    return reply
  }
  return { replies, say: (utterance) => noted(say(utterance)), press: (press_) => noted(press(press_)) }
}
