export const CHANGE_KINDS = ['deploy', 'config', 'flag', 'migration', 'infrastructure', 'scale'] as const
export type ChangeKind = (typeof CHANGE_KINDS)[number]

/** What an adapter hands in: one report of one change by one source. */
export interface IncomingChange {
  readonly source: string
  /** The source's own id: the same source and id again is a duplicate. */
  readonly sourceId: string
  readonly kind: ChangeKind
  readonly service: string
  readonly environment: string | null
  readonly at: Date
  readonly finishedAt: Date | null
  readonly revision: string | null
  readonly previous: { readonly id: string | null; readonly revision: string | null } | null
  readonly actor: string | null
  readonly url: string | null
  readonly summary: string | null
  /** What the source says became of it; a rolled back or failed deploy is a weaker suspect. */
  readonly outcome: 'running' | 'succeeded' | 'failed' | 'rolled_back' | null
  readonly commits?: ChangeCommits | null
}

/** What a push carried. */
export interface ChangeCommits {
  readonly count: number
  /** Cut; each with the first line of its message. */
  readonly newest: readonly { readonly revision: string; readonly message: string; readonly author: string | null }[]
}

/** One change, however many sources reported it. */
export interface ChangeEvent {
  readonly id: string
  readonly kind: ChangeKind
  readonly service: string
  readonly environment: string | null
  readonly at: Date
  readonly finishedAt: Date | null
  readonly revision: string | null
  readonly previous: { readonly id: string | null; readonly revision: string | null } | null
  readonly actor: string | null
  readonly url: string | null
  readonly summary: string | null
  readonly outcome: IncomingChange['outcome']
  readonly commits?: ChangeCommits | null
  readonly sources: readonly { readonly source: string; readonly sourceId: string }[]
}

/** A change with how likely it caused the incident, and why. `probability` is calibrated, 0 to 1. */
export interface Suspect {
  readonly changeId: string
  readonly service: string
  readonly kind: ChangeKind
  readonly at: Date
  readonly revision: string | null
  readonly probability: number
  /** Additive weights in log-odds; their sum with the base rate gives the probability. */
  readonly reasons: readonly { readonly feature: string; readonly weight: number; readonly text: string }[]
}
