import type { PoolClient } from 'pg'
import { sqlStateOf, SQL_STATE } from './sql-state.ts'
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
export function joinWrites(client: PoolClient, names: StatementNames): void {
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
    return queryByName(query, args, names)
  }
  client.query = joined as typeof client.query
}

/** Only what has parameters: the rest may be several statements in one text, which cannot be prepared. */
function queryByName(
  query: (...args: readonly unknown[]) => unknown,
  args: readonly unknown[],
  names: StatementNames,
): unknown {
  const [statement, values, ...others] = args
  const text = typeof statement === 'string' ? statement : (statement as { readonly text?: unknown }).text
  if (typeof text !== 'string' || !Array.isArray(values) || values.length === 0) return query(...args)
  const name = names.nameOf(text)
  if (name === undefined) return query(...args)
  const config = typeof statement === 'string' ? { text, name } : { ...(statement as object), name }
  const [callback] = others
  // The pool asks with a callback, and only for statements that stand alone: what was refused has done nothing.
  if (typeof callback === 'function') {
    return query(config, values, (error: unknown, answer: unknown) => {
      if (error && sqlStateOf(error) === SQL_STATE.featureNotSupported) {
        names.forget(text)
        query(...args)
      } else {
        ;(callback as (error: unknown, answer: unknown) => void)(error, answer)
      }
    })
  }
  const result = query(config, values, ...others)
  if (result instanceof Promise) result.catch((error: unknown) => forgetStale(error, text, names))
  return result
}

/**
 * A rolling upgrade added a column, and the columns of a prepared `SELECT *` may not change: the server refuses it for
 * as long as it has this name. A statement of the pool is sent again without it;
 * within a transaction whoever asked tries again, as after any conflict.
 */
function forgetStale(error: unknown, text: string, names: StatementNames): void {
  if (sqlStateOf(error) === SQL_STATE.featureNotSupported) names.forget(text)
}
