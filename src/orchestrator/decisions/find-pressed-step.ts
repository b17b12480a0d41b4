import type { StepApproval } from '../../domain/step-approval.ts'
import type { Stores } from '../../ports/stores.ts'
import { hasStarted } from './decision-ground.ts'
import type { DecisionGround } from './decision-ground.ts'
import type { DecisionInput } from './decision-result.ts'

/** So much of a hash names it; less names nothing. */
const LEAST_HASH = 8

/**
 * The nested approval that a decision is about: the one whose hash was pressed, else the one that waits, as long as it
 * is not the plan's own hash that was pressed. A run that has not started has asked for nothing, which costs no query.
 */
export async function findPressedStep(
  stores: Stores,
  ground: DecisionGround,
  { planHash }: Pick<DecisionInput, 'planHash'>,
): Promise<StepApproval | undefined> {
  const { run, proposal } = ground
  if (run === undefined || !hasStarted(ground)) return undefined
  const approvals = await stores.stepApprovals.list(run.id)
  const hash = planHash?.toLowerCase() ?? null
  const names = (whole: string) => hash !== null && hash.length >= LEAST_HASH && whole.startsWith(hash)
  if (names(proposal.planHash)) return undefined
  return approvals.find((approval) => names(approval.hash)) ?? approvals.find(({ state }) => state === 'pending')
}
