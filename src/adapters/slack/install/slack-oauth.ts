import type { Installations } from '../../../orchestrator/index.ts'
import type { Belonging } from '../homes/routed-api.ts'

/** Installing through OAuth in several workspaces, or for a whole organisation, instead of one token. */
export interface SlackOAuth extends Belonging {
  readonly clientId: string
  readonly clientSecret: string
  /** 32 bytes each, base64; the first seals, all open. */
  readonly tokenKeys: readonly string[]
  /** Base of the address that Slack leads back to. */
  readonly publicUrl: string
  /** Workspaces and organisations that nobody of ours is in have no business here. */
  readonly mayInstall: (id: string) => boolean
  readonly installations: Installations
}
