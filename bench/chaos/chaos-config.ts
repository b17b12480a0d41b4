import { z } from 'zod'

/** What a worker process is told by the bench that starts it. */
export const WorkerConfig = z.object({
  replicaId: z.string(),
  databaseUrl: z.string(),
  targetUrl: z.string(),
  leaseMs: z.number(),
  inflightWindowMs: z.number(),
  callTimeoutMs: z.number(),
  /** False only in the negative control: what is unknown is sent again without asking. */
  reconciles: z.boolean(),
  /** Warnings and errors of all workers, read when a promise breaks. */
  logFile: z.string(),
})
export type WorkerConfig = z.infer<typeof WorkerConfig>

/** The bench says at which debug point the worker is to kill itself, the next time it passes it. */
export const DieOrder = z.object({ dieAt: z.string() })

export const WORKER_VARIABLE = 'COUNTERSIGN_CHAOS_WORKER'

/**
 * Rule 9 of CONNECTORS section 2: the lease is longer than the longest call (400 ms) and the time after which its
 * effect can still come; and nobody looks before that time has passed.
 */
export const TIMES = { leaseMs: 1_500, inflightWindowMs: 600, callTimeoutMs: 400 } as const

export interface ChaosOptions {
  /** At least so many approved runs; more are approved while there are kills left. */
  readonly runs: number
  readonly kills: number
  readonly seed: number
  readonly replicas: number
  /** How many of the kills have to fall between a durable intent and its outcome. */
  readonly killsBetween: number
  readonly steps: number
}

const FULL = { runs: 140, kills: 100, killsBetween: 40, steps: 300 }
const SHORT = { runs: 14, kills: 10, killsBetween: 4, steps: 28 }

export function readOptions(args: readonly string[], pickSeed: () => number): ChaosOptions {
  const base = args.includes('--short') ? SHORT : FULL
  const known = ['--short', '--runs', '--kills', '--seed']
  const unknown = args.filter((arg) => arg.startsWith('--') && !known.includes(arg.split('=')[0] ?? ''))
  if (unknown.length > 0) throw new Error(`Unknown option ${unknown.join(', ')}. There are ${known.join(', ')}.`)
  const runs = numberAfter(args, '--runs') ?? base.runs
  const kills = numberAfter(args, '--kills') ?? base.kills
  return {
    runs,
    kills,
    seed: numberAfter(args, '--seed') ?? pickSeed(),
    replicas: 3,
    killsBetween: Math.min(base.killsBetween, Math.floor(kills * 0.4)),
    steps: Math.min(base.steps, runs * 2),
  }
}

function numberAfter(args: readonly string[], name: string): number | undefined {
  const at = args.findIndex((arg) => arg === name || arg.startsWith(`${name}=`))
  if (at < 0) return undefined
  const text = args[at]?.split('=')[1] ?? args[at + 1] ?? ''
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${name} needs a whole number, not "${text}".`)
  return Number(text)
}
