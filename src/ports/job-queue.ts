import type { JsonObject } from '../kernel/json.ts'

/** Durable jobs. A job is only a hint that something may be done: the truth is the row it names. */
export const JOB_NAMES = [
  'incident.refresh',
  'incident.propose',
  'run.advance',
  'proposal.preview',
  'break_glass.note',
  'proposal.expire',
  'proposal.remind',
  'audit.review',
  'clock.tick',
] as const
export type JobName = (typeof JOB_NAMES)[number]

export interface JobOptions {
  /** While a job with the same name and key waits, another one is not added. */
  readonly singletonKey?: string
  readonly startAfterMs?: number
}

/** Enqueues inside the transaction whose stores it belongs to; workers wake up at commit. */
export interface JobQueue {
  enqueue(name: JobName, data: JsonObject, options?: JobOptions): Promise<void>
}

/** A job that failed three times, or ended its process three times. */
export interface DeadJob {
  readonly id: string
  readonly queue: string | null
  readonly data: JsonObject
  readonly failure: string
  readonly since: Date
}

export type JobHandler = (data: JsonObject, signal: AbortSignal) => Promise<void>

/** The receiving side; only the process with the worker role opens it. */
export interface JobWorkers {
  work(name: JobName, concurrency: number, handler: JobHandler): Promise<void>
  close(): Promise<void>
}
