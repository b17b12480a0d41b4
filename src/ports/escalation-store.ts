/** A plan that waits, or a step of its run that does. */
export interface Awaited {
  readonly proposalId: string
  readonly step: { readonly runId: string; readonly stepId: string } | null
}

/** The ladder by which ever more people are told of what still waits for its approvals. */
export interface EscalationStore {
  /** Due by database time: at `shares[n - 1]` of the time from being asked for to the expiry comes rung n. */
  listDue(
    shares: readonly number[],
    limit: number,
  ): Promise<readonly { readonly awaited: Awaited; readonly rung: number }[]>
  /** False when another replica has climbed it already. `isLast` ends the ladder. */
  climb(awaited: Awaited, rung: number, people: readonly string[], isLast: boolean): Promise<boolean>
  /** People who were asked without a rung: at the beginning, or by an approval that left one missing. */
  noteAsked(awaited: Awaited, people: readonly string[]): Promise<void>
  /** Everybody who was asked or told so far. */
  listTold(awaited: Awaited): Promise<ReadonlySet<string>>
}
