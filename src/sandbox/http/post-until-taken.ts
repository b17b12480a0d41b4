export interface WebhookTarget {
  /** Countersign's own address. */
  readonly url: string
  readonly token: string
}

export type PostResult = 'taken' | 'refused' | 'given up'

const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 5_000
const ANSWER_WITHIN_MS = 10_000

/** As senders of webhooks do: again after a network error, a 429 or a 5xx; any other 4xx drops the message. */
export async function postUntilTaken(
  target: WebhookTarget,
  path: string,
  body: unknown,
  settings: { readonly signal: AbortSignal; readonly attempts: number },
): Promise<PostResult> {
  const { signal, attempts } = settings
  for (let attempt = 1; attempt <= attempts && !signal.aborted; attempt += 1) {
    const status = await post(target, path, body, signal)
    if (status !== undefined && status < 300) return 'taken'
    if (status !== undefined && status >= 400 && status < 500 && status !== 429) return 'refused'
    await pause(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1)), signal)
  }
  return 'given up'
}

async function post(
  target: WebhookTarget,
  path: string,
  body: unknown,
  signal: AbortSignal,
): Promise<number | undefined> {
  try {
    const response = await fetch(new URL(path, target.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${target.token}` },
      body: JSON.stringify(body),
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]),
    })
    await response.arrayBuffer()
    return response.status
  } catch {
    return undefined
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end, { once: true })
  })
}
