import type { ActionModule } from '../../../src/connectors/action-module.ts'
import type { ActionName } from '../../../src/domain/action.ts'
import type { JsonObject } from '../../../src/kernel/json.ts'
import type { Database } from '../../../src/store/database.ts'
import type { VendorServer } from '../../fakes/vendor-server.ts'

/** One row of the matrix: an action of CONTRACT 6 against the fake of its vendor. */
export interface MatrixAction {
  /** The action, and which way of it, such as `rollouts/promote (one pause)`. */
  readonly name: string
  readonly uses: ActionName
  /**
   * What becomes of it when nobody knows: `asked`, the target tells; `again`, it is sent again under the same key, which
   * changes nothing if it happened; `person`, since the target cannot be asked; `looked`, for checks without an effect.
   */
  readonly afterUnknown: 'asked' | 'again' | 'person' | 'looked'
  /** False where the status alone is the answer. */
  readonly readsAnswer: boolean
  /** `vendor`: an HTTP server; `outbox`: what is posted goes through PostgreSQL; `ledger`: nothing but the run's own rows. */
  readonly counterpart: 'vendor' | 'outbox' | 'ledger'
  readonly isEffect: (piece: Buffer) => boolean
  open(world: OpeningWorld): Promise<OpenedAction>
}

/** What an action gets to be opened with. */
export interface OpeningWorld {
  /** Of this cell alone: targets of one name are locked. */
  readonly name: string
  /** For one call to the vendor. */
  readonly timeoutMs: number
  /** Puts the fault proxy in front of an HTTP server and answers its address. */
  readonly spoil: (server: VendorServer) => Promise<string>
  /** The database behind the fault proxy, where the counterpart is PostgreSQL. */
  readonly spoiledDatabase: Database
  /** Rows that this statement counts, asked without the proxy. */
  readonly count: (statement: string, values: readonly unknown[]) => Promise<number>
}

export interface OpenedAction {
  readonly module: ActionModule
  readonly args: JsonObject
  /** How often the target did what was asked for in this run; 0 for checks. */
  readonly countEffects: (runId: string) => number | Promise<number>
  /** Whoever approves a nested approval; called between two looks. */
  readonly press?: (runId: string) => Promise<void>
  readonly close: () => Promise<void>
}
