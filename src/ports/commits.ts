export interface CommitRange {
  /** `owner/repository`. */
  readonly repository: string
  readonly from: string
  readonly to: string
}

export interface ComparedCommits {
  /** All that lie between, also those that are not listed. */
  readonly total: number
  /** Newest first. */
  readonly commits: readonly {
    readonly revision: string
    readonly author: string | null
    /** Its first line. */
    readonly subject: string
  }[]
  readonly files: readonly { readonly path: string; readonly lines: number }[]
  readonly url: string | null
}

/** What lies between two revisions of a repository; null where it does not know one of them. */
export interface Commits {
  compare(range: CommitRange, signal: AbortSignal): Promise<ComparedCommits | null>
}
