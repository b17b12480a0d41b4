import { PromqlError } from '../promql/promql-error.ts'
import { openLoopbackServer } from '../http/loopback-server.ts'
import { parseLogQuery } from './log-query.ts'
import type { LogLine, ReadLog } from './log-line.ts'
import type { LoopbackServer, SandboxAnswer, SandboxRequest } from '../http/loopback-server.ts'

export interface LokiParts {
  readonly token: string
  readonly read: ReadLog
}

const USUAL_LIMIT = 100
const MOST_LINES = 5_000
const NANOSECONDS = 1_000_000n

/** Loki's `query_range` for lines: the newest first unless asked otherwise, one stream for each set of labels. */
export function openLokiServer({ token, read }: LokiParts): Promise<LoopbackServer> {
  return openLoopbackServer((request) => {
    if (request.header('authorization') !== `Bearer ${token}`) return { status: 401, body: 'no org id\n' }
    if (request.path !== '/loki/api/v1/query_range') return { status: 404, body: '404 page not found\n' }
    try {
      return { status: 200, body: { status: 'success', data: answer(request, read) } }
    } catch (cause) {
      if (cause instanceof PromqlError) return { status: 400, body: `${cause.message}\n` } satisfies SandboxAnswer
      throw cause
    }
  })
}

function answer({ query }: SandboxRequest, read: ReadLog): object {
  const { isMeant, isWanted } = parseLogQuery(query.get('query') ?? '')
  const [fromMs, toMs] = [timeOf(query, 'start'), timeOf(query, 'end')]
  const limit = Math.min(MOST_LINES, Number(query.get('limit') ?? USUAL_LIMIT))
  const isForward = query.get('direction') === 'forward'
  const lines = read({ fromMs, toMs, isMeant })
    .filter(({ text }) => isWanted(text))
    .toSorted((left, right) => (isForward ? left.atMs - right.atMs : right.atMs - left.atMs))
  return { resultType: 'streams', result: streamsOf(lines.slice(0, limit)) }
}

function streamsOf(lines: readonly LogLine[]): readonly object[] {
  const streams = Map.groupBy(lines, ({ labels }) => JSON.stringify(labels))
  return [...streams.values()].map((own) => ({
    stream: own[0]?.labels ?? {},
    values: own.map(({ atMs, text }) => [String(BigInt(Math.round(atMs)) * NANOSECONDS), text]),
  }))
}

/** In nanoseconds, as the product asks. */
function timeOf(query: URLSearchParams, name: string): number {
  const text = query.get(name) ?? ''
  if (/^\d{1,20}$/.test(text)) return Number(BigInt(text) / NANOSECONDS)
  throw new PromqlError('bad_data', `could not parse "${name}": ${JSON.stringify(text)} is no time in nanoseconds`)
}
