import type { StepApproval } from '../domain/step-approval.ts'
import { canonicalJson } from '../kernel/canonical-json.ts'
import { sha256Hex } from '../kernel/sha256.ts'

/** Keeps these hashes apart from those of plans: an approval of the one is never one of the other. */
const PREFIX = 'bot-step-approval-v1'

type Bound = Pick<StepApproval, 'runId' | 'stepId' | 'tier' | 'title' | 'nonce' | 'expiresAt'>

/** What an approval of a step signs. No fence and no attempt is in it, so that a takeover asks for nothing anew. */
export function stepApprovalHashOf(planHash: string, bound: Bound): string {
  const { runId, stepId, tier, title, nonce, expiresAt } = bound
  return sha256Hex(
    PREFIX,
    canonicalJson({ planHash, runId, stepId, tier, title, nonce, expiresAt: expiresAt.toISOString() }),
  )
}
