import type { Decision } from '../domain/approval.ts'
import type { DecisionStore, RecentDecision } from '../ports/proposal-store.ts'

type Judged = RecentDecision & Pick<Decision, 'decision' | 'withdrawnAt'>

/** So many approvals in so long a time: nobody can have read more (CONTRACT 9, Limits). */
export interface FatigueLimit {
  readonly decisions: number
  readonly perMs: number
}

/** Who approved after as many other approvals, of plans and of steps, as the limit allows: a further one is asked for. */
export async function findFatigued(
  store: Pick<DecisionStore, 'countRecent'>,
  decisions: readonly Judged[],
  limit: FatigueLimit,
): Promise<ReadonlySet<string>> {
  const approvals = decisions.filter(({ decision, withdrawnAt }) => decision === 'approve' && withdrawnAt === null)
  const counts = await Promise.all(approvals.map((approval) => store.countRecent(approval, limit.perMs)))
  return new Set(approvals.filter((_, index) => (counts[index] ?? 0) >= limit.decisions).map((one) => one.personId))
}
