import type { PoolClient } from 'pg'

interface Stream {
  cork(): void
  uncork(): void
}

/**
 * What is asked of one connection within one turn of the event loop leaves in one write. Each write wakes the server's
 * process, which costs more than most of our statements take.
 *
 * A tick that is scheduled from a microtask runs when the microtasks are exhausted: the end of the turn, and before
 * anything is waited for. So nothing leaves later than it otherwise would by more than the work of this turn.
 */
export function joinWrites(client: PoolClient): void {
  const { stream } = (client as unknown as { readonly connection: { readonly stream: Stream } }).connection
  const query = client.query.bind(client) as (...args: readonly unknown[]) => unknown
  let isHeld = false
  const release = (): void => {
    isHeld = false
    stream.uncork()
  }
  const joined = (...args: readonly unknown[]): unknown => {
    if (!isHeld) {
      isHeld = true
      stream.cork()
      queueMicrotask(() => {
        process.nextTick(release)
      })
    }
    return query(...args)
  }
  client.query = joined as typeof client.query
}
