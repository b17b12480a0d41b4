/** The orchestrator's door: what adapters may use, and nothing else. */
export type { Deps } from './dependencies.ts'
export type { ConversationPlace, Press, Reply, ReplyRow, Utterance } from './verbs/conversation.ts'
