import type { Run, RunState, UndoRequest } from '../domain/run.ts'
import type { JsonObject } from '../kernel/json.ts'

/** A run as one replica holds it. */
export interface RunLease {
  readonly run: Run
  readonly fence: number
  /** Milliseconds of lease left when it was granted, by database time. */
  readonly leaseMs: number
  /** How often a claim of this run ended without a clean release. */
  readonly crashes: number
  /** How long those lasted at most, the longest of them; null where there is none. */
  readonly crashedAfterMs: number | null
  /** Since when, in a row, its holders could not put on record what they had to, by database time; null when they could. */
  readonly unwritableForMs: number | null
}

export interface RunStore {
  /** Undefined when the proposal has a run already. Lock keys are taken when the run is claimed first. */
  create(run: { readonly incidentId: string; readonly proposalId: string }): Promise<Run | undefined>
  find(id: string): Promise<Run | undefined>
  /** `detail` of one that stands still says that in the place of its own. */
  listByIncident(incidentId: string): Promise<readonly Run[]>
  /** Raises the fence and takes the lease by database time; undefined when another replica holds it or there is nothing to do. */
  claim(id: string, owner: string, leaseMs: number): Promise<RunLease | undefined>
  /** The lease of this owner, if it is the last one that claimed it. Locked, behind a claim that is still under way. */
  findHeldBy(id: string, owner: string): Promise<RunLease | undefined>
  /** A waiting run that nobody holds may be claimed at once instead of at its next look. */
  wake(id: string): Promise<void>
  /** Asks a run to stop between steps; the run it became. */
  requestStop(id: string, personId: string, reason: string): Promise<Run | undefined>
}

/** Writes that need the lease. Each throws FencedError when the fence is no longer ours. */
export interface LeasedRunStore {
  heartbeat(lease: RunLease, leaseMs: number): Promise<void>
  /** Takes the plan's lock keys; the key that another active run holds, undefined when all are ours. */
  lockTargets(lease: RunLease, lockKeys: readonly string[]): Promise<string | undefined>
  move(lease: RunLease, from: readonly RunState[], to: RunState, detail: string | null): Promise<Run>
  /**
   * Gives the lease back without changing the state (waiting, drained at shutdown, handed to a person). With a delay
   * nobody claims the run before it has passed, unless a stop is asked for.
   */
  release(lease: RunLease, resumeAfterMs?: number): Promise<void>
  /** Gives back a run whose approval was withdrawn, with its targets where it has not started: others may act on them. */
  setAside(lease: RunLease): Promise<void>
  /** The same for a holder that was cut off in the middle: an `unknown` run is then asked about again, by no person. */
  lapse(lease: RunLease, resumeAfterMs: number, isUnwritable: boolean): Promise<void>
}

/** What people say about a run that nobody holds. A move is undefined when the run is not in a state that allows it. */
export interface RunControl {
  /**
   * failed | stopped → running, in direction undo; an undo that stopped goes on, one that failed is a person's to finish.
   * `request` is null where its playbook undoes it.
   */
  startUndo(id: string, request: UndoRequest | null): Promise<Run | undefined>
  /** Closes the unknown attempt (when there is one) and moves the run from `unknown` to `running`; its crash count starts anew. */
  settle(id: string, settlement: Settlement): Promise<Run | undefined>
}

export interface Settlement {
  readonly attempt: { readonly id: string; readonly to: 'done' | 'failed'; readonly output: JsonObject | null } | null
  readonly detail: string
}

export interface RunSweep {
  /** Runs that may be advanced and that nobody holds, by database time: what a lost hint left behind. */
  listAbandoned(limit: number): Promise<readonly string[]>
}
