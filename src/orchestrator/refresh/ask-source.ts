import { VendorRejectedError } from '../../kernel/vendor-errors.ts'
import type { Deps } from '../dependencies.ts'

interface Failure {
  readonly ok: false
  readonly source: string
}

export type Answer<Value> = { readonly ok: true; readonly value: Value } | Failure

const PRINTED: Readonly<Record<string, string>> = { argocd: 'Argo CD', github: 'GitHub', pagerduty: 'PagerDuty' }

/** A source's name as people write it. */
export function printSource(name: string): string {
  return PRINTED[name] ?? name
}

/**
 * Asks one source within a deadline of its own. One that fails, hangs or ignores the signal costs nothing but its own
 * answer: it is named as not reached, and the others count.
 */
export async function askSource<Value>(
  deps: Deps,
  source: string,
  limits: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ask: (signal: AbortSignal) => Promise<Value>,
): Promise<Answer<Value>> {
  const deadline = AbortSignal.any([limits.signal, AbortSignal.timeout(limits.timeoutMs)])
  try {
    return { ok: true, value: await untilAborted(ask(deadline), deadline) }
  } catch (error) {
    return failedAnswer(deps, source, error)
  }
}

/** A refusal is told with its status, since it stays until somebody changes a right; the vendor's words are not shown. */
export function failedAnswer(deps: Deps, source: string, error: unknown): Failure {
  deps.log.warn({ source, error }, 'a source of evidence could not be asked')
  const why = error instanceof VendorRejectedError ? ` (refused, ${String(error.status)})` : ''
  return { ok: false, source: `${printSource(source)}${why}` }
}

function untilAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      reject(new Error('The source did not answer within its deadline.', { cause: signal.reason }))
    }
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', stop)
    })
  })
}

/** The names of those that gave no answer, each once. */
export function unreachableOf(answers: readonly Answer<unknown>[]): readonly string[] {
  return [...new Set(answers.flatMap((answer) => (answer.ok ? [] : [answer.source])))]
}

export function valuesOf<Value>(answers: readonly Answer<Value>[]): readonly Value[] {
  return answers.flatMap((answer) => (answer.ok ? [answer.value] : []))
}
