import { handlePress } from '../orchestrator/verbs/handle-press.ts'
import { handleUtterance } from '../orchestrator/verbs/handle-utterance.ts'
import type { Conversation } from '../orchestrator/verbs/conversation.ts'
import type { Deps } from '../orchestrator/dependencies.ts'

/** The one conversation that every surface carries its words and presses to. */
export function buildConversation(deps: Deps): Conversation {
  return {
    say: (utterance) => handleUtterance(deps, utterance),
    press: (press) => handlePress(deps, press),
  }
}
