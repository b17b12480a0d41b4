import { describeDuration } from '../kernel/duration.ts'
import type { Tier } from './plan.ts'

/** How far the audit log is behind what has happened; both 0 where nothing waits. */
export interface LogDelay {
  /** Age of the oldest entry that has no number. */
  readonly lagSeconds: number
  /** Age of the oldest numbered entry of which no checkpoint tells that stands in enough places. */
  readonly uncoveredSeconds: number
}

type Lacking = 'numbers' | 'checkpoints'

export interface LogBehind {
  readonly lacks: Lacking
  readonly seconds: number
}

/** Two people have to approve it: what goes wrong there must be on a log that nobody can take it out of again. */
const LEAST_HIGH_RISK: Tier = 3

export function isHighRisk(...tiers: readonly Tier[]): boolean {
  return tiers.some((tier) => tier >= LEAST_HIGH_RISK)
}

/**
 * What the log has lacked for longer than it may (TRUST section 4): what is written is durable, and whoever owns the
 * database could still take it away unseen. Undefined while it keeps up.
 */
export function findLogBehind({ lagSeconds, uncoveredSeconds }: LogDelay, mostMs: number): LogBehind | undefined {
  if (lagSeconds * 1000 > mostMs) return { lacks: 'numbers', seconds: lagSeconds }
  if (uncoveredSeconds * 1000 > mostMs) return { lacks: 'checkpoints', seconds: uncoveredSeconds }
  return undefined
}

const LACK: Readonly<Record<Lacking, string>> = {
  numbers: 'its entries have had no numbers',
  checkpoints: 'its checkpoints have reached too few places',
}

const REMEDY: Readonly<Record<Lacking, string>> = {
  numbers: 'Have a transaction looked for that does not end (pg_stat_activity, xact_start)',
  checkpoints:
    'Have the folders of audit.checkpoints and audit.copies looked at, and what the log of the service says of them',
}

/** For whoever approves, or is paged. */
export function describeLogBehind({ lacks, seconds }: LogBehind): string {
  return `The audit log is behind: ${LACK[lacks]} for ${describeDuration(seconds * 1000)}. ${REMEDY[lacks]}.`
}

/** The same in every look, so that a run that waits says it once. */
export function describeLogWait({ lacks }: Pick<LogBehind, 'lacks'>): string {
  return `The audit log is behind: ${LACK[lacks]} for too long. ${REMEDY[lacks]}. It goes on by itself when the log has caught up.`
}

/** Whether that is what a run says of itself. */
export function isLogWait(detail: string | null): boolean {
  return detail === describeLogWait({ lacks: 'numbers' }) || detail === describeLogWait({ lacks: 'checkpoints' })
}
