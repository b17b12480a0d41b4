import type { FaultProxy } from '../fault-proxy/fault-proxy.ts'
import type { FaultKind, VendorServer } from '../../fakes/vendor-server.ts'

/** What stands opposite an action, and which of its requests is the one that counts. */
export interface Counterpart {
  readonly proxy: FaultProxy
  /** null where it is PostgreSQL: that gives no HTTP answers. */
  readonly server: VendorServer | null
  /** How many bytes of a slow reply come at once: of rows more, so that all have come before the run's own time is over. */
  readonly dripBytes: number
  /** Whether this piece of what the client sends belongs to the request that counts. */
  readonly isEffect: (piece: Buffer) => boolean
}

/** One column of the matrix: what goes wrong with the one request that counts. */
export interface MatrixFault {
  readonly name: string
  /** Whether the target does what was asked, whatever we learn of it. */
  readonly happens: boolean
  /**
   * What can be known afterwards: `answered`, that it was done; `not_executed`, that it was not; `nothing`, and then the
   * only right outcome is unknown. `unreadable` is nothing for whoever reads the body of the answer, else an answer.
   */
  readonly proof: 'answered' | 'not_executed' | 'nothing' | 'unreadable'
  /** Our own deadline ends it, so that the cell is played with a short one. */
  readonly needsDeadline: boolean
  /** Only an HTTP server can do it. */
  readonly isAnswer: boolean
  /** Answers how often it has hit. */
  readonly inject: (counterpart: Counterpart, late: LateTimes) => () => number
}

/** Milliseconds, all beyond the deadline of a cell whose fault needs one. */
export interface LateTimes {
  readonly eachWayMs: number
  readonly dripEveryMs: number
}

type Spoiled = Omit<MatrixFault, 'name' | 'inject' | 'isAnswer'>

const LOST: Spoiled = { happens: true, proof: 'nothing', needsDeadline: false }
const NEVER_CAME: Spoiled = { happens: false, proof: 'nothing', needsDeadline: false }

export const MATRIX_FAULTS: readonly MatrixFault[] = [
  ofNetwork('latency beyond the deadline', { ...LOST, needsDeadline: true }, (late) => ({
    kind: 'latency',
    ms: late.eachWayMs,
  })),
  ofNetwork('cut before the request', NEVER_CAME, () => ({ kind: 'cut-before-request' })),
  ofNetwork('cut after the effect', LOST, () => ({ kind: 'cut-before-reply' })),
  ofNetwork('cut within the reply', LOST, () => ({ kind: 'cut-within-reply' })),
  ofNetwork('cut after the reply', { ...LOST, proof: 'answered' }, () => ({ kind: 'cut-after-reply' })),
  ofNetwork('slow drip', { ...LOST, needsDeadline: true }, (late, bytes) => ({
    kind: 'drip',
    bytes,
    everyMs: late.dripEveryMs,
  })),
  ofNetwork('reset', LOST, () => ({ kind: 'reset' })),
  ofNetwork('half-open', { ...NEVER_CAME, needsDeadline: true }, () => ({ kind: 'half-open' })),
  ofServer('502 before the effect', NEVER_CAME, { status: 502, body: 'Bad Gateway' }),
  ofServer('503 before the effect', NEVER_CAME, { status: 503, body: 'busy', headers: { 'retry-after': '0' } }),
  ofServer('502 after the effect', LOST, 'effect-then-502'),
  ofServer(
    '429',
    { ...NEVER_CAME, proof: 'not_executed' },
    { status: 429, body: { message: 'Rate Exceeded' }, headers: { 'retry-after': '0' } },
  ),
  ofServer('malformed reply', { ...LOST, proof: 'unreadable' }, 'effect-then-garbage'),
]

function ofNetwork(
  name: string,
  spoiled: Spoiled,
  rule: (late: LateTimes, dripBytes: number) => Parameters<FaultProxy['inject']>[0],
): MatrixFault {
  return {
    ...{ name, ...spoiled, isAnswer: false },
    inject: ({ proxy, dripBytes, isEffect }, late) => {
      const fault = rule(late, dripBytes)
      proxy.inject({ ...fault, times: 1, matches: isEffect })
      return () => proxy.hitsOf(fault.kind)
    },
  }
}

function ofServer(
  name: string,
  spoiled: Spoiled,
  fault: FaultKind | { readonly status: number; readonly body: unknown; readonly headers?: Record<string, string> },
): MatrixFault {
  return {
    ...{ name, ...spoiled, isAnswer: true },
    inject: ({ server, isEffect }) => {
      if (server === null) throw new Error('Only an HTTP server can answer so.')
      let hits = 0
      const matches = ({ method, path }: { readonly method: string; readonly path: string }) => {
        const isHit = isEffect(Buffer.from(`${method} ${path} HTTP/1.1`))
        if (isHit) hits += 1
        return isHit
      }
      server.inject(typeof fault === 'string' ? { kind: fault, matches } : { kind: 'answer', answer: fault, matches })
      return () => hits
    },
  }
}
