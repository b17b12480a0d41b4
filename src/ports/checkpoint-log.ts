import type { Checkpoint } from '../domain/audit-entry.ts'

/** The checkpoints as they were made, outside the database: a folder that whoever runs the database does not own. */
export interface CheckpointLog {
  /** Throws when the last one cannot be read. */
  findLast(): Promise<Checkpoint | undefined>
  /** Durable when it returns. The one that stands there last is not written twice. Nothing is begun once `signal` fired. */
  append(checkpoint: Checkpoint, signal?: AbortSignal): Promise<void>
}
