import type {
  ConfigurationChange,
  ConfigurationDecision,
  ConfigurationState,
  ConfigurationVersion,
  Review,
} from '../domain/configuration.ts'
import type { CardReference } from './chat-surface.ts'
import type { SurfaceName } from '../domain/surface.ts'

export interface VersionInForce {
  readonly digest: string
  readonly changeId: string
  /** How that change was accepted. */
  readonly review: Review
}

export interface NewConfigurationChange {
  readonly digest: string
  readonly parent: string | null
  readonly review: Review
  readonly seenBy: string
}

/** Accepted versions, and those that wait for people. */
export interface ConfigurationStore {
  /** Held until the transaction ends: whoever accepts, or records what was found, goes one after the other. */
  lockInForce(): Promise<VersionInForce | undefined>
  /** What is in force, kept from changing until the transaction ends; null before the first start. */
  holdInForce(): Promise<string | null>
  /** The whole of what is in force; undefined when that is the one that is known already, or none. */
  readInForce(known: string | null): Promise<ConfigurationVersion | undefined>
  findVersion(digest: string): Promise<ConfigurationVersion | undefined>
  /** Once; a version that is kept already stays as it is. */
  keepVersion(
    version: ConfigurationVersion,
    playbooks: readonly { readonly name: string; readonly digest: string }[],
  ): Promise<void>
  addChange(change: NewConfigurationChange): Promise<ConfigurationChange>
  find(id: string): Promise<ConfigurationChange | undefined>
  /** All of this version, the newest first. */
  listOf(digest: string): Promise<readonly ConfigurationChange[]>
  listPending(): Promise<readonly ConfigurationChange[]>
  /** The newest that came into force by one of these reviews. */
  findLastAccepted(reviews: readonly Review[]): Promise<ConfigurationChange | undefined>
  /** From pending; undefined when somebody was first. */
  close(
    id: string,
    to: Exclude<ConfigurationState, 'pending'>,
    reason: string | null,
  ): Promise<ConfigurationChange | undefined>
  /** Wakes every replica when the transaction commits. */
  putInForce(digest: string, changeId: string): Promise<void>
  listDecisions(changeId: string): Promise<readonly ConfigurationDecision[]>
  /** False when this person has decided so already. */
  addDecision(changeId: string, decision: Omit<ConfigurationDecision, 'at'>): Promise<boolean>
  /** The playbook of this digest stands in a version that was accepted, and one of its name is in force. */
  isAcceptedPlaybook(name: string, digest: string): Promise<boolean>
  findNotice(changeId: string, surface: SurfaceName): Promise<CardReference | undefined>
  findByNotice(surface: SurfaceName, card: CardReference): Promise<string | undefined>
  addNotice(changeId: string, surface: SurfaceName, card: CardReference): Promise<void>
}
