import type { ConfigurationDecision, ConfigurationState, ConfigurationText, Review } from './configuration.ts'
import type { Untrusted } from './incident-view.ts'

export interface ConfigurationFileView {
  readonly kind: ConfigurationText['kind']
  readonly path: Untrusted
  readonly change: 'added' | 'changed' | 'removed'
  /** Lines. */
  readonly added: number
  readonly removed: number
}

/** Everything that is shown of a change of policies and playbooks, already decided: every surface renders from this. */
export interface ConfigurationChangeView {
  readonly id: string
  readonly digest: string
  readonly state: ConfigurationState
  readonly review: Review
  readonly seenBy: string
  readonly createdAt: Date
  readonly closedAt: Date | null
  readonly closedReason: Untrusted | null
  readonly files: readonly ConfigurationFileView[]
  readonly diff: Untrusted
  readonly decisions: readonly ConfigurationDecision[]
  /** How many people it still needs. */
  readonly missing: number
  /** Names of people who can still give a missing approval. */
  readonly canDecide: readonly string[]
  readonly consoleUrl: string | null
}
