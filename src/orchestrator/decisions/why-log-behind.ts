import { describeLogBehind, findLogBehind, isHighRisk } from '../../domain/log-delay.ts'
import type { Tier } from '../../domain/plan.ts'
import type { Stores } from '../../ports/stores.ts'
import type { Deps } from '../dependencies.ts'
import type { Refusal } from './refusal.ts'

/**
 * Nobody approves what is of high risk while the audit log has been behind for too long (TRUST section 4); read for this
 * press alone. Undefined where it keeps up, and for all else: the entry of the decision is durable either way.
 */
export async function whyLogBehind(
  { settings }: Pick<Deps, 'settings'>,
  stores: Pick<Stores, 'auditReader'>,
  tiers: readonly Tier[],
): Promise<Refusal | undefined> {
  if (!isHighRisk(...tiers)) return undefined
  const behind = findLogBehind(await stores.auditReader.describe(), settings.logDelayMs)
  if (behind === undefined) return undefined
  const text = `${describeLogBehind(behind)} Nothing of tier 3 is approved or carried out until it has caught up: press again then. Rejecting and stopping work now.`
  return { code: 'log_behind', text }
}
