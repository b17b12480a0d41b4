import type { Batch } from './gather-due.ts'
import type { PostTry } from '../../ports/chat-surface.ts'

/** What a surface needs to find out whether an earlier try arrived. */
export function tryOf(batch: Batch): PostTry {
  const [first] = batch
  return { keys: batch.map((waiting) => waiting.id), since: first.mayHaveArrived ? first.createdAt : null }
}
