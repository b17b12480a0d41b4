import type { StepFacts } from '../../domain/plan-preview.ts'

/** Nothing known yet, of this source. */
export function noFacts(source: string): StepFacts {
  return {
    source,
    ...{ revisions: null, commits: null, images: null, resources: null, versions: null, invocation: null },
    ...{ paged: null, reading: null, unread: [] },
  }
}

export type Reading<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly why: string }

/** One call with a deadline of its own: what cannot be read becomes a sentence, and the others count. */
export async function readOrSay<Value>(
  what: string,
  timeoutMs: number,
  signal: AbortSignal,
  read: (deadline: AbortSignal) => Promise<Value>,
): Promise<Reading<Value>> {
  try {
    return { ok: true, value: await read(AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])) }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'no reason given'
    return { ok: false, why: `${what} could not be read: ${why}` }
  }
}

export function unreadOf(...readings: readonly Reading<unknown>[]): readonly string[] {
  return [...new Set(readings.flatMap((reading) => (reading.ok ? [] : [reading.why])))]
}
