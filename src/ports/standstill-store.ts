import type { Standstill } from '../domain/standstill.ts'
import type { RunState } from '../domain/run.ts'
import type { SurfaceName } from '../domain/surface.ts'

/** How long each may go on before it counts as standing still; milliseconds by the database's clock. */
export interface Patience {
  /** A lease ran out and no replica took the run over. */
  readonly abandonedMs: number
  /** A run is due, nobody holds it, and no replica takes it. */
  readonly untakenMs: number
  /** A step is held and open beyond its own deadline. */
  readonly overdueMs: number
  /** A run is held, no step of it is open, and its holder writes nothing down. */
  readonly idleMs: number
  /** What became of a step is not known, and its holder does not find out. */
  readonly unknownMs: number
  /** What a run does cannot be put on record, claim after claim. */
  readonly unwritableMs: number
  /** Messages wait on a surface that can be reached, and no deliverer is there. */
  readonly undeliveredMs: number
  /** A duty was set aside this long ago: not one that several replicas are at, slowly. */
  readonly dutyMs: number
  /** The clock's last duty ended this long ago. */
  readonly clockMs: number
  /** The audit log is behind. */
  readonly logMs: number
}

/** `parked` waits for a person after three crashes; the others ought to move and do not. */
export type RunTrouble = 'abandoned' | 'untaken' | 'overdue' | 'idle' | 'parked' | 'unwritable'

export interface StillRun {
  readonly id: string
  readonly incidentId: string
  readonly state: RunState
  readonly trouble: RunTrouble
  readonly stepId: string | null
  readonly holder: string | null
  readonly forSeconds: number
}

export interface StillDelivery {
  readonly surface: SurfaceName
  readonly waiting: number
  readonly forSeconds: number
}

export interface StillDuty {
  /** null for the clock itself. */
  readonly name: string | null
  readonly forSeconds: number
}

/** A standstill that the pager has not been told of yet, or whose end it has not. */
export interface UntoldStandstill extends Standstill {
  readonly id: string
  readonly foundAt: Date
  readonly isOver: boolean
}

export interface StandstillStore {
  /** Reads what is active, by index; never more than 100. */
  listRuns(patience: Patience): Promise<readonly StillRun[]>
  listDeliveries(patience: Patience): Promise<readonly StillDelivery[]>
  /** Duties that began more often than this in a row and never ended, and the clock when it does not tick. */
  listDuties(patience: Patience, parkedAfter: number): Promise<readonly StillDuty[]>
  /** True when it is new; an open one with the same key is left as it is. */
  open(found: Standstill): Promise<boolean>
  /** Ends those that are open and not among these; what they were. */
  endOthers(keys: readonly string[]): Promise<readonly Standstill[]>
  listOpen(): Promise<readonly (Standstill & { readonly foundAt: Date })[]>
  listUntold(limit: number): Promise<readonly UntoldStandstill[]>
  markTold(id: string, isOver: boolean): Promise<void>
}
