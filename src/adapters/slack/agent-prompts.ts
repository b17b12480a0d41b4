/**
 * What Slack offers to somebody who opens a conversation with the app (`features.agent_view`, at most four). Each is a
 * line of the one grammar, so that pressing it is the same as typing it.
 */
export const AGENT_PROMPTS: readonly { readonly title: string; readonly message: string }[] = [
  { title: 'What is open?', message: 'list' },
  { title: 'Where does it stand?', message: 'status' },
  { title: 'What changed?', message: 'changes' },
  { title: 'What can I say?', message: 'help' },
]
