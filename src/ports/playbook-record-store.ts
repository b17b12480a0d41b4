export interface PlaybookRecord {
  readonly playbook: string
  readonly service: string | null
  readonly owner: string | null
  readonly criticality: number | null
  readonly outcome: 'succeeded' | 'failed'
  readonly runId: string
}

/** One run of a playbook as it ended, with what people say of it, for the ranking. */
export interface PastRun {
  readonly playbook: string
  readonly service: string | null
  readonly owner: string | null
  readonly criticality: number | null
  readonly outcome: 'succeeded' | 'failed'
  /** How many people say that it helped, and that it did not. */
  readonly helped: number
  readonly didNotHelp: number
  readonly at: Date
}

export interface PlaybookRecordStore {
  /** Once per run. */
  append(record: PlaybookRecord): Promise<void>
  /** Successes on this service, and on services of the same criticality and owner: what novelty is decided by. */
  countSuccesses(
    playbook: string,
    service: string,
    owner: string | null,
    criticality: number,
  ): Promise<{ readonly onService: number; readonly onSimilar: number }>
  /** Newest first. */
  listPast(limit: number): Promise<readonly PastRun[]>
}
