import http from 'node:http'
import { hungUp } from '../hung-up.ts'
import type { AddressInfo } from 'node:net'

export interface FakeSample {
  readonly labels?: Readonly<Record<string, string>>
  /** As Prometheus writes it; a number is written as it prints. */
  readonly value: number | string
}

/** What a query gives at a time, in seconds: no samples is no data. */
export type FakeQuery = (atSeconds: number) => readonly FakeSample[]

export type FakeFault = 'none' | 'hang' | 'reset' | 'html' | 'unavailable' | 'huge'

/**
 * A real HTTP server that answers Prometheus' query API from functions of time. Its clock stands still until it is
 * moved, so that a test can tell a story of minutes in milliseconds.
 */
export interface FakePrometheus {
  readonly url: string
  readonly requests: readonly { readonly method: string; readonly path: string; readonly query: string }[]
  nowSeconds: number
  fault: FakeFault
  set(query: string, answer: FakeQuery): void
  close(): Promise<void>
}

export async function startFakePrometheus(): Promise<FakePrometheus> {
  const queries = new Map<string, FakeQuery>()
  const requests: { method: string; path: string; query: string }[] = []
  const server = http.createServer((incoming, outgoing) => {
    void readParameters(incoming).then(({ path, parameters }) => {
      requests.push({ method: incoming.method ?? '', path, query: parameters.get('query') ?? '' })
      if (!applyFault(fake.fault, incoming, outgoing)) answer(path, parameters, queries, fake.nowSeconds, outgoing)
    }, hungUp)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const fake: FakePrometheus = {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    requests,
    nowSeconds: 1_800_000_000,
    fault: 'none',
    set: (query, answer) => queries.set(query, answer),
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
        server.closeAllConnections()
      }),
  }
  return fake
}

async function readParameters(incoming: http.IncomingMessage) {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  const url = new URL(incoming.url ?? '/', 'http://fake')
  const body = new URLSearchParams(Buffer.concat(chunks).toString())
  return { path: url.pathname, parameters: new URLSearchParams([...url.searchParams, ...body]) }
}

function applyFault(fault: FakeFault, incoming: http.IncomingMessage, outgoing: http.ServerResponse): boolean {
  switch (fault) {
    case 'none':
      return false
    case 'hang':
      return true
    case 'reset':
      incoming.socket.destroy()
      return true
    case 'html':
      outgoing.setHeader('content-type', 'text/html').end('<html>login</html>')
      return true
    case 'unavailable':
      outgoing.writeHead(503).end('{"status":"error","errorType":"timeout","error":"query timed out"}')
      return true
    case 'huge': {
      const more = () => outgoing.writable && outgoing.write('9'.repeat(1024 * 1024), more)
      more()
      return true
    }
  }
}

function answer(
  path: string,
  parameters: URLSearchParams,
  queries: ReadonlyMap<string, FakeQuery>,
  nowSeconds: number,
  outgoing: http.ServerResponse,
): void {
  outgoing.setHeader('content-type', 'application/json')
  const query = queries.get(parameters.get('query') ?? '')
  if (query === undefined) {
    outgoing
      .writeHead(400)
      .end('{"status":"error","errorType":"bad_data","error":"parse error: unexpected end of input"}')
    return
  }
  const data = path.endsWith('/query_range') ? matrix(query, parameters) : vector(query, nowSeconds)
  outgoing.end(JSON.stringify({ status: 'success', data }))
}

function vector(query: FakeQuery, nowSeconds: number) {
  const result = query(nowSeconds).map((sample) => ({
    metric: sample.labels ?? {},
    value: [nowSeconds, String(sample.value)],
  }))
  return { resultType: 'vector', result }
}

function matrix(query: FakeQuery, parameters: URLSearchParams) {
  const start = Number(parameters.get('start'))
  const end = Number(parameters.get('end'))
  const step = Number(parameters.get('step'))
  const series = new Map<string, { metric: object; values: [number, string][] }>()
  for (let at = start; at <= end; at += step) {
    for (const sample of query(at)) {
      const key = JSON.stringify(sample.labels ?? {})
      const one = series.get(key) ?? { metric: sample.labels ?? {}, values: [] }
      one.values.push([at, String(sample.value)])
      series.set(key, one)
    }
  }
  return { resultType: 'matrix', result: [...series.values()] }
}
