/** Where the log stands: what the next entry builds on, and what a checkpoint signs. */
export interface AuditHead {
  readonly origin: string
  readonly epoch: number
  readonly size: number
  /** Hash of the last entry. */
  readonly link: string
  /** Roots of the complete subtrees of all leaf hashes so far. */
  readonly frontier: readonly string[]
  /** The database's time of reading, RFC 3339. */
  readonly at: string
  /** How many entries a checkpoint covers that stands in enough places; null before the first one. */
  readonly covered: number | null
}

export interface PlacedEntry {
  readonly prevHash: string
  readonly hash: string
}

export interface Placement {
  /** In the order of the leaves. */
  readonly entries: readonly PlacedEntry[]
  readonly link: string
  readonly frontier: readonly string[]
}

export interface AuditLag {
  /** Leaves that have no number yet, counted up to ten thousand. */
  readonly waiting: number
  readonly oldestSeconds: number
}

/** Gives leaves their numbers: one replica at a time, any of them. */
export interface AuditSequencer {
  /**
   * Numbers the next leaves, at most `limit`, in one transaction. `place` computes links and tree from the head and
   * the leaf hashes. Answers how many; undefined while another replica is at it.
   */
  advance(
    limit: number,
    place: (head: AuditHead, leafHashes: readonly string[]) => Placement,
  ): Promise<number | undefined>
  readHead(): Promise<AuditHead>
  /** Hash of an entry, for the comparison with a checkpoint. */
  findLink(seq: number): Promise<string | undefined>
  readLag(): Promise<AuditLag>
  /** A checkpoint over so many entries stands in enough places. */
  noteCovered(size: number): Promise<void>
}
