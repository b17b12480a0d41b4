import type { UnsignedCheckpoint } from '../audit/checkpoint.ts'
import { rootOf } from '../audit/merkle.ts'
import type { Checkpoint } from '../domain/audit-entry.ts'
import type { AuditHead, AuditSequencer } from '../ports/audit-sequencer.ts'
import type { CheckpointLog } from '../ports/checkpoint-log.ts'

export interface CheckpointDeps {
  readonly sequencer: AuditSequencer
  readonly checkpoints: CheckpointLog
  readonly sign: (checkpoint: UnsignedCheckpoint) => Checkpoint
  /**
   * Writes something, and throws where that is not acknowledged. What was read may be visible without being on the standby,
   * where a commit that waited for it was cancelled; what is acknowledged after it covers it.
   */
  readonly confirm?: () => Promise<unknown>
  /** Further places that whoever runs the database does not own: folders, and lines in the incidents' channels. */
  readonly publish?: (checkpoint: Checkpoint) => Promise<Published>
  /** Nothing was written since this one: what had to wait with telling of it tells now. */
  readonly remind?: (checkpoint: Checkpoint) => Promise<void>
}

export interface Published {
  /**
   * It stands where it has to, in the answer to `publish` besides the folder of its own: a log that has no such
   * checkpoint for long is behind.
   */
  readonly isEnough: boolean
  /** Of the places that did not take it. */
  readonly failures: readonly unknown[]
}

export type CheckpointResult =
  | ({ readonly state: 'made' | 'current'; readonly checkpoint: Checkpoint } & Published)
  /** The database contradicts the last checkpoint: nothing is signed until a person has looked. */
  | { readonly state: 'refused'; readonly reason: string }

const ALL_WELL: Published = { isEnough: true, failures: [] }

/**
 * Signs where the log stands, unless the last checkpoint says so already. Before that it compares the two: a database
 * that is behind its own checkpoint, or different, was restored from an old backup or tampered with, and a signature
 * under it would cover that up. No place waits for another, and those that did not take it are named in the answer.
 */
export async function checkpointAudit(deps: CheckpointDeps): Promise<CheckpointResult> {
  const last = await deps.checkpoints.findLast()
  const head = await deps.sequencer.readHead()
  const reason = last === undefined ? undefined : await contradiction(deps.sequencer, head, last)
  if (reason !== undefined) return { state: 'refused', reason }
  if (last?.size === head.size && last.epoch === head.epoch) {
    // Too few places took it, or it was made by a command that has none of them.
    const isLacking = deps.publish !== undefined && (head.covered === null || head.covered < last.size)
    const published = isLacking ? await spread(deps, last) : ALL_WELL
    await deps.remind?.(last)
    return { state: 'current', checkpoint: last, ...published }
  }
  await deps.confirm?.()
  const { origin, epoch, size, link, frontier, at } = head
  const checkpoint = deps.sign({ origin, epoch, size, root: rootOf(frontier), chain: link, at })
  return { state: 'made', checkpoint, ...(await spread(deps, checkpoint)) }
}

/** What failed is said aloud by whoever called; that enough places have it is known before. */
async function spread({ checkpoints, publish, sequencer }: CheckpointDeps, checkpoint: Checkpoint): Promise<Published> {
  const [own, further] = await Promise.allSettled([
    checkpoints.append(checkpoint),
    publish?.(checkpoint) ?? Promise.resolve(ALL_WELL),
  ])
  if (further.status === 'rejected') throw further.reason
  const failures = [...(own.status === 'rejected' ? [own.reason as unknown] : []), ...further.value.failures]
  const isEnough = own.status === 'fulfilled' && further.value.isEnough
  if (isEnough && publish !== undefined) await sequencer.noteCovered(checkpoint.size)
  return { isEnough, failures }
}

/** Undefined when the database goes on from where the checkpoint was made. */
async function contradiction(
  sequencer: AuditSequencer,
  head: AuditHead,
  last: Checkpoint,
): Promise<string | undefined> {
  const made = `The last checkpoint outside the database (${last.at}, entry ${last.size}, epoch ${last.epoch})`
  if (last.origin !== head.origin) return `${made} belongs to another audit log: ${last.origin}, not ${head.origin}.`
  if (head.epoch < last.epoch) return `${made} is of a later epoch than the database, which is in epoch ${head.epoch}.`
  if (head.size < last.size) {
    return `${made} covers more than the database holds, which ends at entry ${head.size}: entries were removed, or an old backup was restored.`
  }
  const link = last.size === head.size ? head.link : last.size === 0 ? last.chain : await sequencer.findLink(last.size)
  if (link === last.chain) return undefined
  return `${made} does not fit entry ${last.size} of the database: the log was rewritten, or an old backup was restored and went on.`
}
