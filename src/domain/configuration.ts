import type { SurfaceName } from './surface.ts'

/** pending → accepted | rejected | superseded; every state but pending is final. */
export const CONFIGURATION_STATES = ['pending', 'accepted', 'rejected', 'superseded'] as const
export type ConfigurationState = (typeof CONFIGURATION_STATES)[number]

/**
 * How a version comes into force. `first`: found on an empty database, trusted on first use. `two-people`: two of them
 * approved exactly it. `repository`: the team's own Git review has seen it. `observe`: nothing runs, so nothing is asked.
 */
export const REVIEWS = ['first', 'two-people', 'repository', 'observe'] as const
export type Review = (typeof REVIEWS)[number]

/** One file as it was read; `path` is relative to its folder and written with slashes. */
export interface ConfigurationText {
  readonly kind: 'policy' | 'playbook'
  readonly path: string
  readonly text: string
}

/** Every policy and playbook of one moment. `digest` covers kind, path and text of each. */
export interface ConfigurationVersion {
  readonly digest: string
  readonly files: readonly ConfigurationText[]
}

/** A version that was found and is, or was, put to people. */
export interface ConfigurationChange {
  /** `CFG-3`. */
  readonly id: string
  readonly digest: string
  /** The version in force when it was found; null for the very first. */
  readonly parent: string | null
  readonly state: ConfigurationState
  readonly review: Review
  /** The replica that found it. */
  readonly seenBy: string
  readonly createdAt: Date
  readonly closedAt: Date | null
  readonly closedReason: string | null
}

export interface ConfigurationDecision {
  readonly personId: string
  readonly personName: string
  readonly decision: 'approve' | 'reject'
  readonly reason: string | null
  /** What was approved. */
  readonly digest: string
  readonly rolesAtTime: readonly string[]
  readonly surface: SurfaceName
  readonly at: Date
}
