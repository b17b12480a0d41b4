import type { JsonObject } from '../kernel/json.ts'
import type { ActionName, CrashClass, Target, TargetState } from './action.ts'
import type { BlastRadius } from './playbook.ts'

export const TIERS = [1, 2, 3, 4] as const
export type Tier = (typeof TIERS)[number]

export interface PlanStep {
  readonly id: string
  readonly uses: ActionName
  /** Every argument resolved, but for `${{ steps.<id>.… }}`, which only the run itself can know and which stays verbatim. */
  readonly with: JsonObject
  readonly target: Target
  /** The target's state when the plan was built; null for steps that compare nothing. */
  readonly before: TargetState | null
  readonly crashClass: CrashClass
  readonly timeoutMs: number
  /** True for checks: they look and have no effect. */
  readonly isVerification: boolean
  readonly undo: { readonly uses: ActionName; readonly with: JsonObject; readonly target: Target } | null
}

/** Exactly what would be done. Equal facts give equal bytes, with and without a language model. */
export interface Plan {
  readonly version: 1
  readonly playbook: { readonly name: string; readonly title: string; readonly digest: string }
  readonly service: string | null
  readonly environment: string | null
  readonly inputs: JsonObject
  readonly steps: readonly PlanStep[]
  readonly risk: {
    readonly reversible: boolean
    readonly blastRadius: BlastRadius
    readonly disturbed: readonly string[]
  }
  readonly onFailure: 'stop' | 'undo'
  readonly tier: Tier
}

/** What an approval binds besides the plan (CONTRACT 9, `planHash`). */
export interface PlanBinding {
  readonly incidentId: string
  readonly proposalId: string
  readonly requester: string
  readonly nonce: string
  readonly policyVersion: string
  /** RFC 3339, UTC, milliseconds. */
  readonly expiresAt: string
}
