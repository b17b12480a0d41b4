import type { PastRun } from '../domain/past-run.ts'

export interface PlaybookRecord {
  readonly playbook: string
  readonly service: string | null
  readonly owner: string | null
  readonly criticality: number | null
  readonly outcome: 'succeeded' | 'failed'
  readonly runId: string
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
  /** The newest run of the incident that is on record, so one that came to an end of its own; undefined without any. */
  findNewest(incidentId: string): Promise<Pick<PlaybookRecord, 'playbook' | 'runId'> | undefined>
  /** Newest first. */
  listPast(limit: number): Promise<readonly PastRun[]>
}
