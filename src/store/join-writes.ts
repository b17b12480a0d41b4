import type { PoolClient } from 'pg'
import type { StatementNames } from './statement-names.ts'

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
export function joinWrites(client: PoolClient, nameOf: StatementNames): void {
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
    return query(...named(args, nameOf))
  }
  client.query = joined as typeof client.query
}

/** Only what has parameters: the rest may be several statements in one text, which cannot be prepared. */
function named(args: readonly unknown[], nameOf: StatementNames): readonly unknown[] {
  const [statement, values] = args
  const text = typeof statement === 'string' ? statement : (statement as { readonly text?: unknown }).text
  if (typeof text !== 'string' || !Array.isArray(values) || values.length === 0) return args
  const name = nameOf(text)
  if (name === undefined) return args
  const config = typeof statement === 'string' ? { text } : { ...(statement as object) }
  return [{ ...config, name }, ...args.slice(1)]
}
