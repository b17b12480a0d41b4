import { LogAnswer } from './schema.ts'
import { parseAnswer } from '../shared/parse-answer.ts'
import { sendRequest } from '../shared/http-request.ts'
import type { HttpTiming } from '../shared/http-request.ts'
import type { Logs } from '../../ports/logs.ts'

export interface LokiOptions {
  /** `LOKI_URL`: where `/loki/api/v1` begins. */
  readonly baseUrl: string
  /** `LOKI_TOKEN`; null where a proxy or nothing asks for one. */
  readonly token: string | null
  readonly timeoutMs?: number
  readonly onTiming?: (timing: HttpTiming) => void
}

const LOKI = 'Loki'
const DEFAULT_TIMEOUT_MS = 5_000
const NANOSECONDS = 1_000_000n

export function createLokiLogs(options: LokiOptions): Logs {
  return {
    readLines: async (query, from, to, limit, signal) => {
      const { baseUrl, token, timeoutMs = DEFAULT_TIMEOUT_MS, onTiming } = options
      const url = new URL('loki/api/v1/query_range', baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`)
      url.search = new URLSearchParams({
        query,
        start: toNanoseconds(from),
        end: toNanoseconds(to),
        limit: String(limit),
        direction: 'backward',
      }).toString()
      const { bytes } = await sendRequest({
        vendor: LOKI,
        method: 'GET',
        url,
        headers: { accept: 'application/json', ...(token === null ? {} : { authorization: `Bearer ${token}` }) },
        timeoutMs,
        signal,
        effect: false,
        ...(onTiming === undefined ? {} : { onTiming }),
      })
      const { data } = parseAnswer({ vendor: LOKI, effect: false }, LogAnswer, bytes)
      const lines = data.result.flatMap(({ values }) =>
        values.map(([at, text]) => ({ at: new Date(Number(BigInt(at) / NANOSECONDS)), text })),
      )
      return lines.toSorted((left, right) => right.at.getTime() - left.at.getTime()).slice(0, limit)
    },
  }
}

function toNanoseconds(at: Date): string {
  return String(BigInt(at.getTime()) * NANOSECONDS)
}
