import { z } from 'zod'

/** What a worker process is told by the bench that starts it. */
export const WorkerConfig = z.object({
  replicaId: z.string(),
  databaseUrl: z.string(),
  targetUrl: z.string(),
  leaseMs: z.number(),
  inflightWindowMs: z.number(),
  callTimeoutMs: z.number(),
  runsAtOnce: z.int().positive().default(6),
  connections: z.int().positive().default(6),
  /** How often it looks for runs that nobody holds. */
  sweepEveryMs: z.int().positive().default(500),
  /** False only in the negative control: what is unknown is sent again without asking. */
  reconciles: z.boolean(),
  /** Warnings and errors of all workers, read when a promise breaks. */
  logFile: z.string(),
  /** Where Node keeps what it compiled: a replica that follows a dead one starts with half of the work. */
  compileCache: z.string().optional(),
})
export type WorkerConfig = z.infer<typeof WorkerConfig>
export type WorkerOptions = Omit<z.input<typeof WorkerConfig>, 'replicaId'>

/** A debug point, of steps whose name begins so; '' for any. */
export const Place = z.object({ point: z.string(), step: z.string() })
export type Place = z.infer<typeof Place>

/** The bench says where the worker is to kill itself: at the first of these that it passes, which it says just before. */
export const DieOrder = z.object({ places: z.array(Place) })
export type DieOrder = z.infer<typeof DieOrder>

/** What a worker says: that it is up, and where it is about to die. */
export const WorkerMessage = z.union([z.literal('ready'), z.object({ diesAt: Place })])

export const WORKER_VARIABLE = 'COUNTERSIGN_CHAOS_WORKER'

/**
 * Rule 9 of CONNECTORS section 2: the lease is longer than the longest call (400 ms) and the time after which its
 * effect can still come; and nobody looks before that time has passed.
 */
export const TIMES = { leaseMs: 1_500, inflightWindowMs: 600, callTimeoutMs: 400 } as const

export interface ChaosOptions {
  /** At least so long. */
  readonly minutes: number
  /** At least so many approved runs and steps; more are approved while the disturbances go on. */
  readonly runs: number
  readonly steps: number
  /** At least so many kill -9. */
  readonly kills: number
  /** How many of the kills have to fall between a durable intent and its outcome. */
  readonly killsBetween: number
  /** So many kill -9 at each debug point for each class of target; then these are the kills. */
  readonly eachPoint: number
  /** Then it ends, and the kills and steps that are missing break their promise. */
  readonly withinMinutes: number
  readonly pauses: number
  readonly seed: number
  readonly replicas: number
  /** Whether the primary of Postgres is killed once in the middle. */
  readonly failsOver: boolean
  /** In which time work has to go on then. A short form runs where machines are noisy, and compares no time. */
  readonly resumesWithinMs: number
}

const RESUMES_WITHIN_MS = 30_000

const FULL = {
  minutes: 3,
  runs: 700,
  steps: 1_750,
  kills: 150,
  killsBetween: 60,
  pauses: 20,
  resumesWithinMs: RESUMES_WITHIN_MS,
}
const SHORT = {
  minutes: 0,
  runs: 14,
  steps: 28,
  kills: 10,
  killsBetween: 4,
  pauses: 2,
  resumesWithinMs: Number.POSITIVE_INFINITY,
}

const NUMBERS = [
  ...(['--minutes', '--runs', '--steps', '--kills', '--each-point', '--within', '--seed', '--replicas'] as const),
]

export function readOptions(args: readonly string[], pickSeed: () => number): ChaosOptions {
  const base = args.includes('--short') ? SHORT : FULL
  const known: readonly string[] = ['--short', ...NUMBERS]
  const unknown = args.filter((arg) => arg.startsWith('--') && !known.includes(arg.split('=')[0] ?? ''))
  if (unknown.length > 0) throw new Error(`Unknown option ${unknown.join(', ')}. There are ${known.join(', ')}.`)
  const number = (name: (typeof NUMBERS)[number]) => numberAfter(args, name)
  const steps = number('--steps') ?? base.steps
  const kills = number('--kills') ?? base.kills
  return {
    minutes: number('--minutes') ?? base.minutes,
    runs: number('--runs') ?? Math.min(base.runs, Math.ceil(steps / 2)),
    steps,
    kills,
    killsBetween: Math.min(base.killsBetween, Math.floor(kills * 0.4)),
    eachPoint: number('--each-point') ?? 0,
    withinMinutes: number('--within') ?? Number.POSITIVE_INFINITY,
    pauses: base.pauses,
    resumesWithinMs: base.resumesWithinMs,
    seed: number('--seed') ?? pickSeed(),
    replicas: number('--replicas') ?? 3,
    failsOver: true,
  }
}

/** Of `--faults`. */
export function readFaultOptions(args: readonly string[]): { readonly times: number; readonly writes: boolean } {
  refuseOthers(args, '--faults', ['--times', '--write'])
  return { times: numberAfter(args, '--times') ?? 1, writes: args.includes('--write') }
}

/** The one number of a form that has no other option. */
export function readOnly(
  args: readonly string[],
  form: '--poison' | '--frozen',
  name: '--times' | '--frozen',
): number | undefined {
  refuseOthers(args, form, [name])
  return numberAfter(args, name)
}

/** Of `--upgrade`. */
export function readUpgradeOptions(args: readonly string[]): { readonly eachStage: number; readonly older?: string } {
  refuseOthers(args, '--upgrade', ['--each-stage', '--older'])
  const older = textAfter(args, '--older')
  return { eachStage: numberAfter(args, '--each-stage') ?? 6, ...(older === undefined ? {} : { older }) }
}

function refuseOthers(args: readonly string[], form: string, known: readonly string[]): void {
  const unknown = args.filter((arg) => arg.startsWith('--') && ![form, ...known].includes(arg.split('=')[0] ?? ''))
  if (unknown.length === 0) return
  throw new Error(`${form} knows no ${unknown.join(', ')}. There are ${known.join(' and ')}.`)
}

function numberAfter(args: readonly string[], name: string): number | undefined {
  const text = textAfter(args, name)
  if (text === undefined) return undefined
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${name} needs a whole number, not "${text}".`)
  return Number(text)
}

function textAfter(args: readonly string[], name: string): string | undefined {
  const at = args.findIndex((arg) => arg === name || arg.startsWith(`${name}=`))
  return at < 0 ? undefined : (args[at]?.split('=')[1] ?? args[at + 1] ?? '')
}
