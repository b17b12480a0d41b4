import type { Role } from './person.ts'
import type { Origin } from './surface.ts'

export const GLASS_VERDICTS = ['justified', 'unjustified'] as const
export type GlassVerdict = (typeof GLASS_VERDICTS)[number]

/** What somebody else said of it afterwards. */
export interface GlassReview {
  readonly reviewerId: string
  readonly reviewerName: string
  readonly verdict: GlassVerdict
  readonly text: string
  readonly at: Date
}

/**
 * One use of break-glass: a plan that one person had run without its quorum (TRUST, T24). State machine:
 *
 *   broken → reviewed      once, by an approver, commander or auditor who is not the one who broke it
 *
 * Until `until` (database time) its run may start steps; until it is reviewed its incident cannot be resolved, and
 * from `reviewDue` on the reviewers are reminded. A row is never deleted.
 */
export interface GlassBreak {
  readonly proposalId: string
  readonly incidentId: string
  readonly personId: string
  readonly personName: string
  readonly rolesAtTime: readonly Role[]
  readonly reason: string
  /** Of the plan that was seen and confirmed. */
  readonly planHash: string
  readonly surface: Origin
  /** Ids of the people who could have approved and were not waited for; each was told. */
  readonly skipped: readonly string[]
  readonly at: Date
  readonly until: Date
  readonly reviewDue: Date
  readonly review: GlassReview | null
}
