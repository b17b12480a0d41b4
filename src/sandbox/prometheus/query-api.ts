import { evaluate } from '../promql/evaluate.ts'
import { parsePromql } from '../promql/parse.ts'
import { PromqlError } from '../promql/promql-error.ts'
import { keyOf } from '../promql/values.ts'
import type { Expression } from '../promql/expression.ts'
import type { Labels, SeriesStore } from './series-store.ts'
import type { SandboxAnswer, SandboxRequest } from '../http/loopback-server.ts'
import type { Value } from '../promql/values.ts'

const MOST_POINTS = 11_000

/** `GET` or `POST /api/v1/query` and `/api/v1/query_range`; undefined for other paths. */
export function answerQuery(request: SandboxRequest, store: SeriesStore, nowMs: number): SandboxAnswer | undefined {
  const parameters = parametersOf(request)
  try {
    switch (request.path) {
      case '/api/v1/query':
        return success(instant(parameters, store, nowMs))
      case '/api/v1/query_range':
        return success(range(parameters, store))
      case '/api/v1/label/__name__/values':
        return success(store.names())
      default:
        return undefined
    }
  } catch (cause) {
    if (cause instanceof PromqlError) return failure(cause.errorType, cause.message)
    throw cause
  }
}

function parametersOf(request: SandboxRequest): URLSearchParams {
  const isForm = request.header('content-type')?.startsWith('application/x-www-form-urlencoded') ?? false
  return new URLSearchParams([...request.query, ...(isForm ? new URLSearchParams(request.text) : [])])
}

function instant(parameters: URLSearchParams, store: SeriesStore, nowMs: number): object {
  const at = parameters.has('time') ? timeOf(parameters, 'time') : nowMs / 1000
  const value = evaluate(parse(parameters), store, at)
  if (value.kind === 'scalar') return { resultType: 'scalar', result: [at, print(value.value)] }
  const result = value.samples.map((sample) => ({ metric: sample.labels, value: [at, print(sample.value)] }))
  return { resultType: 'vector', result }
}

function range(parameters: URLSearchParams, store: SeriesStore): object {
  const [start, end] = [timeOf(parameters, 'start'), timeOf(parameters, 'end')]
  const step = stepOf(parameters)
  if (end < start) {
    throw new PromqlError('bad_data', 'invalid parameter "end": end timestamp must not be before start time')
  }
  if ((end - start) / step > MOST_POINTS) {
    throw new PromqlError(
      'bad_data',
      `exceeded maximum resolution of ${MOST_POINTS} points per timeseries. Try decreasing the query resolution (?step=XX)`,
    )
  }
  return { resultType: 'matrix', result: matrixOf(parse(parameters), store, { start, end, step }) }
}

function matrixOf(
  expression: Expression,
  store: SeriesStore,
  { start, end, step }: { readonly start: number; readonly end: number; readonly step: number },
): readonly object[] {
  const series = new Map<string, { readonly metric: Labels; readonly values: (readonly [number, string])[] }>()
  for (let index = 0; start + index * step <= end; index += 1) {
    const at = start + index * step
    for (const { labels, value } of samplesOf(evaluate(expression, store, at))) {
      const key = keyOf(labels)
      const one = series.get(key) ?? { metric: labels, values: [] }
      series.set(key, one)
      one.values.push([at, print(value)])
    }
  }
  return [...series.values()]
}

function samplesOf(value: Value) {
  return value.kind === 'vector' ? value.samples : [{ labels: {}, value: value.value }]
}

function parse(parameters: URLSearchParams): Expression {
  const query = parameters.get('query') ?? ''
  try {
    return parsePromql(query)
  } catch (cause) {
    if (!(cause instanceof PromqlError)) throw cause
    throw new PromqlError(cause.errorType, `invalid parameter "query": ${cause.message}`)
  }
}

function timeOf(parameters: URLSearchParams, name: string): number {
  const text = parameters.get(name) ?? ''
  const seconds = /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : Date.parse(text) / 1000
  if (Number.isFinite(seconds)) return seconds
  throw new PromqlError(
    'bad_data',
    `invalid parameter "${name}": cannot parse ${JSON.stringify(text)} to a valid timestamp`,
  )
}

function stepOf(parameters: URLSearchParams): number {
  const step = Number((parameters.get('step') ?? '').replace(/s$/, ''))
  if (step > 0) return step
  throw new PromqlError(
    'bad_data',
    'invalid parameter "step": zero or negative query resolution step widths are not accepted. Try a positive integer',
  )
}

function print(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  return String(value)
}

function success(data: unknown): SandboxAnswer {
  return { status: 200, body: { status: 'success', data } }
}

function failure(errorType: PromqlError['errorType'], error: string): SandboxAnswer {
  return { status: errorType === 'bad_data' ? 400 : 422, body: { status: 'error', errorType, error } }
}
