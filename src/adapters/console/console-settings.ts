import type { CardPreviews } from './preview/card-previews.ts'
import type { Conversation, Deps } from '../../orchestrator/index.ts'
import type { Sessions } from './sessions.ts'
import type { Signals } from '../../ports/signals.ts'

/** How people get in: the demo lets one pick whom to be; `serve` asks for the API token and may only read. */
export type SignIn =
  | { readonly kind: 'pick'; readonly sandboxNote: string }
  | { readonly kind: 'token'; isToken(token: string): boolean }
  /** Nobody: no API token is configured. */
  | { readonly kind: 'closed' }

export interface ConsoleSettings {
  readonly deps: Deps
  /** What is typed and pressed here goes where that of every other surface goes. */
  readonly conversation: Conversation
  readonly sessions: Sessions
  readonly signIn: SignIn
  readonly signals: Signals
  /** Shows what cards look like at `/preview/card`; undefined wherever real incidents are. */
  readonly previews?: CardPreviews | undefined
}
