import { QueryAnswer } from './schema.ts'
import { readSeries } from './read-series.ts'
import { parseJson } from '../../kernel/parse-json.ts'
import { sendRequest } from '../shared/http-request.ts'
import { VendorReadFailedError } from '../shared/vendor-read-failed-error.ts'
import { VendorRejectedError } from '../../kernel/vendor-errors.ts'
import type { HttpResponse, HttpTiming } from '../shared/http-request.ts'
import type { Metrics } from '../../ports/metrics.ts'

export interface PrometheusOptions {
  /** `PROMETHEUS_URL`: where the API's `/api/v1` begins. */
  readonly baseUrl: string
  /** For one query. */
  readonly timeoutMs?: number
  readonly onTiming?: (timing: HttpTiming) => void
}

const VENDOR = 'Prometheus'
const DEFAULT_TIMEOUT_MS = 8_000
const ANSWER_LIMITS = { maxBytes: 8 * 1024 * 1024, maxDepth: 16, maxValues: 1_000_000 }
// Longer queries go in the body: proxies cut long addresses.
const LONGEST_IN_ADDRESS = 1_500

export function prometheusMetrics(options: PrometheusOptions): Metrics {
  const ask = async (path: string, parameters: Record<string, string>, signal: AbortSignal) =>
    readSeries(readAnswer(await send(options, path, parameters, signal)))
  return {
    queryRange: (query, from, to, stepSeconds, signal) => {
      const parameters = { query, start: toSeconds(from), end: toSeconds(to), step: String(stepSeconds) }
      return ask('api/v1/query_range', parameters, signal)
    },
    queryInstant: (query, signal) => ask('api/v1/query', { query }, signal),
  }
}

function send(
  options: PrometheusOptions,
  path: string,
  parameters: Record<string, string>,
  signal: AbortSignal,
): Promise<HttpResponse> {
  const base = options.baseUrl.endsWith('/') ? options.baseUrl : `${options.baseUrl}/`
  const url = new URL(path, base)
  const form = new URLSearchParams(parameters).toString()
  const isLong = form.length > LONGEST_IN_ADDRESS
  if (!isLong) url.search = form
  return sendRequest({
    vendor: VENDOR,
    method: isLong ? 'POST' : 'GET',
    url,
    headers: {
      accept: 'application/json',
      ...(isLong ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
    },
    ...(isLong ? { body: form } : {}),
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    signal,
    maxResponseBytes: ANSWER_LIMITS.maxBytes,
    effect: false,
    ...(options.onTiming === undefined ? {} : { onTiming: options.onTiming }),
  })
}

function readAnswer(response: HttpResponse) {
  const answer = parseAnswer(response)
  if (answer.status === 'success') return answer.data
  const reason = answer.error ?? 'no reason given'
  throw new VendorRejectedError(VENDOR, response.status, answer.errorType ?? '', reason.slice(0, 200))
}

function parseAnswer(response: HttpResponse): QueryAnswer {
  try {
    return QueryAnswer.parse(parseJson(response.bytes, ANSWER_LIMITS))
  } catch (cause) {
    throw new VendorReadFailedError(VENDOR, 'its answer is not the JSON of its query API', { cause })
  }
}

function toSeconds(at: Date): string {
  return String(at.getTime() / 1000)
}
