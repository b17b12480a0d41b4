import type { WaitingMessage } from '../../ports/outbox.ts'

/** What is delivered with one call: one message, or several that are said in one post. */
export type Batch = readonly [WaitingMessage, ...WaitingMessage[]]

/**
 * What waits to be said in one thread is said in one post: after an outage nobody wants the past hour line by line. A
 * post that may have arrived already goes by itself, since it is looked for before it is said again.
 */
export function gatherDue(due: readonly WaitingMessage[]): readonly Batch[] {
  const batches: [WaitingMessage, ...WaitingMessage[]][] = []
  const threads = new Map<string, WaitingMessage[]>()
  for (const waiting of due) {
    const { message } = waiting
    const isJoinable = message.kind === 'thread' && !waiting.mayHaveArrived
    const open = isJoinable ? threads.get(message.incidentId) : undefined
    if (open !== undefined) {
      open.push(waiting)
      continue
    }
    const batch: [WaitingMessage, ...WaitingMessage[]] = [waiting]
    batches.push(batch)
    if (isJoinable) threads.set(message.incidentId, batch)
  }
  return batches
}
