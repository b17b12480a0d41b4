import type { Decision, Proposal, ProposalState } from '../domain/approval.ts'

export interface NewProposal extends Omit<
  Proposal,
  'id' | 'state' | 'createdAt' | 'closedAt' | 'closedReason' | 'symptomGone' | 'glassUntil'
> {
  /** Reserved with `reserve`, since the plan's hash binds it. */
  readonly id: string
}

export interface ProposalStore {
  /** A new id and the expiry by database time, before the hash is made. */
  reserve(ttlMs: number): Promise<{ readonly id: string; readonly now: Date; readonly expiresAt: Date }>
  insert(proposal: NewProposal): Promise<Proposal>
  find(id: string): Promise<Proposal | undefined>
  /** Row lock until the transaction ends; tells whether it has expired by database time. */
  lock(
    id: string,
  ): Promise<{ readonly proposal: Proposal; readonly isExpired: boolean; readonly now: Date } | undefined>
  /** Conditional; undefined when it is no longer in one of `from`. Closing states set closed_at. */
  move(
    id: string,
    from: readonly ProposalState[],
    to: ProposalState,
    reason: string | null,
  ): Promise<Proposal | undefined>
}

export interface ProposalQueries {
  /** The proposal the card shows: the open one, else the newest. */
  findCurrent(incidentId: string): Promise<Proposal | undefined>
  listByIncident(incidentId: string): Promise<readonly Proposal[]>
  /** Past their expiry by database time: pending, or approved with a run that has not started. */
  listExpired(limit: number): Promise<readonly string[]>
  /** Every one that waits for a decision. */
  listPending(): Promise<readonly string[]>
  listDueReminders(beforeExpiryMs: number): Promise<readonly string[]>
  markReminded(id: string): Promise<boolean>
}

export interface NewDecision extends Omit<Decision, 'at' | 'withdrawnAt'> {
  /** Database time at which it was judged, under the proposal's lock; the time of the insert when left out. */
  readonly at?: Date
}

/** A decision about a plan, or about a step of a run. */
export type RecentDecision = Pick<Decision, 'personId' | 'at'> &
  ({ readonly proposalId: string } | { readonly runId: string; readonly stepId: string })

export interface DecisionStore {
  /** Undefined when this person has decided already (not withdrawn). */
  insert(decision: NewDecision): Promise<Decision | undefined>
  list(proposalId: string): Promise<readonly Decision[]>
  withdraw(proposalId: string, personId: string): Promise<Decision | undefined>
  /** Other approvals by this person, of plans and of steps, in the `windowMs` up to this decision of theirs. */
  countRecent(decision: RecentDecision, windowMs: number): Promise<number>
  /** Notes that a second confirmation is asked for when the symptom is gone; true when that was at least `minAgeMs` ago. */
  confirm(proposalId: string, personId: string, minAgeMs: number): Promise<boolean>
}
