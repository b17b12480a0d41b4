import type { GlassBreak, GlassReview } from '../domain/glass-break.ts'

export interface NewGlassBreak extends Omit<GlassBreak, 'at' | 'until' | 'reviewDue' | 'review'> {
  /** How long its run may start steps, from now by database time. */
  readonly forMs: number
  readonly reviewMs: number
}

export interface GlassStanding {
  readonly total: number
  readonly unreviewed: number
  /** Of those, past their due time by database time. */
  readonly overdue: number
}

export interface GlassStore {
  /** Approves the pending proposal by this one person; undefined when it is not pending any more. */
  breakGlass(glass: NewGlassBreak): Promise<GlassBreak | undefined>
  /** `isOver` by database time. */
  find(proposalId: string): Promise<{ readonly glass: GlassBreak; readonly isOver: boolean } | undefined>
  /** The newest first. */
  listByIncident(incidentId: string): Promise<readonly GlassBreak[]>
  /** All of them, the newest first. */
  list(limit: number): Promise<readonly (GlassBreak & { readonly isOverdue: boolean })[]>
  /** Undefined when it is reviewed already, or by the one who broke it. */
  review(proposalId: string, review: Omit<GlassReview, 'at'>): Promise<GlassBreak | undefined>
  /** Past their due time, not reviewed, and not reminded of within `againAfterMs`. */
  listOverdue(againAfterMs: number, limit: number): Promise<readonly string[]>
  /** Undefined when somebody reviewed it, or reminded of it, in the meantime. `isFirst` for the first reminder. */
  markReminded(
    proposalId: string,
    againAfterMs: number,
  ): Promise<{ readonly glass: GlassBreak; readonly isFirst: boolean } | undefined>
  describe(): Promise<GlassStanding>
}
