import { COUNTERSIGN } from '../domain/actor.ts'
import type { AuditOutcome, AuditRecord, SealedLeaf } from '../domain/audit-entry.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Logger } from '../kernel/logger.ts'
import type { AuditLeafStore } from '../ports/audit-leaf-store.ts'
import type { LeaseStore } from '../ports/lease-store.ts'
import type { Signals } from '../ports/signals.ts'
import type { Telemetry } from '../ports/telemetry.ts'
import { checkpointAudit } from './checkpoint-audit.ts'
import type { CheckpointDeps, CheckpointResult } from './checkpoint-audit.ts'
import { sequenceAllAudit, sequenceAudit } from './sequence-audit.ts'

export interface KeepAuditDeps extends CheckpointDeps {
  readonly stores: { readonly audit: AuditLeafStore; readonly leases: LeaseStore }
  readonly seal: (record: AuditRecord) => SealedLeaf
  readonly signals: Signals
  readonly clock: Clock
  readonly log: Logger
  readonly telemetry: Telemetry
  readonly replicaId: string
  readonly clockOffset?: { note(ms: number): void }
  /** Names of the places of checkpoints that do not answer. */
  readonly hanging?: () => readonly string[]
}

export interface AuditKeeper {
  /** Why nothing is signed any more; null while all is well. */
  readonly refusal: string | null
  /** Names of the places of checkpoints that do not answer: each keeps a thread of this process, also at its end. */
  readonly hanging: readonly string[]
  close(): Promise<void>
}

const LOOK_EVERY_MS = 1_000
const CHECKPOINT_EVERY_MS = 10_000
const CHECKPOINT_ENTRIES = 1_000
const LEASE_MS = 15_000
/** How long a stop waits for the numbers of its last entries. */
const LAST_PATIENCE_MS = 500
/** Beyond this somebody should look: a transaction that does not end holds up all numbers. Seen within ten (T40). */
const LAG_ALARM_SECONDS = 5

const DUTIES = {
  numbers: {
    failed: 'the audit log cannot be kept up; trying again every second',
    again: 'the audit log still cannot be kept up',
  },
  checkpoints: {
    failed:
      'no checkpoint of the audit log could be made, or not every place took it; trying again every ten seconds, and numbers go on',
    again: 'a checkpoint of the audit log still cannot be made, or does not reach every place',
  },
} as const
type Duty = keyof typeof DUTIES

/**
 * The log's own loop on every replica: number what waits (one replica at a time, whichever comes first), and, on the
 * one that holds the lease, sign a checkpoint at most every ten seconds or thousand entries. A failure is logged and
 * the next look is a second later: everything it needs is in the database and in the folder.
 *
 * Numbers wait for no checkpoint, whose places may be away or never answer: one is made at a time, beside the looks, and
 * the end of this replica waits for the one that is under way as long as its places may take. Whoever cannot bring it to
 * enough places gives the lease away, since another replica may reach them.
 */
export async function keepAudit(deps: KeepAuditDeps): Promise<AuditKeeper> {
  const keeper = new Keeper(deps)
  await keeper.start()
  return keeper
}

class Keeper implements AuditKeeper {
  readonly #deps: KeepAuditDeps
  #refusal: string | null = null
  #alarmed = false
  readonly #failing = new Set<Duty>()
  /** How long the log is, by what whoever numbers says of it. */
  #size = 0
  #checkpointSize = 0
  #checkpointAtMs = Number.NEGATIVE_INFINITY
  #timer: NodeJS.Timeout | undefined
  #working: Promise<void> = Promise.resolve()
  #signing: Promise<void> | undefined
  #isClosed = false
  #closing: Promise<void> | undefined
  #stopListening: () => void = () => undefined

  constructor(deps: KeepAuditDeps) {
    this.#deps = deps
  }

  get refusal(): string | null {
    return this.#refusal
  }

  get hanging(): readonly string[] {
    return this.#deps.hanging?.() ?? []
  }

  async start(): Promise<void> {
    await this.#record('audit.started', 'success', {})
    this.#stopListening = this.#deps.signals.listen('audit', (payload) => {
      // Numbers that were given tell others; only a request to look has no payload.
      if (payload === '') this.#lookSoon(0)
      else this.#size = Math.max(this.#size, Number(payload) || 0)
    })
    this.#lookSoon(0)
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close())
  }

  async #close(): Promise<void> {
    this.#isClosed = true
    this.#stopListening()
    clearTimeout(this.#timer)
    await this.#working
    await this.#signing
    await this.#guarded('numbers', async () => {
      await this.#record('audit.stopped', 'success', {})
      await sequenceAllAudit(this.#deps.sequencer, LAST_PATIENCE_MS)
    })
    await this.#guarded('checkpoints', () => this.#sign())
    await this.#guarded('checkpoints', () => this.#letGo())
  }

  #lookSoon(inMs: number): void {
    if (this.#isClosed) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#working = this.#working
        .then(() => this.#guarded('numbers', () => this.#look()))
        .then(() => this.#lookSoon(LOOK_EVERY_MS))
    }, inMs)
  }

  async #guarded(duty: Duty, work: () => Promise<void>): Promise<void> {
    try {
      await work()
      this.#failing.delete(duty)
    } catch (error) {
      // The first failure of a row of them is said aloud; the next look may find all well again.
      const { log } = this.#deps
      if (this.#failing.has(duty)) log.debug({ err: error }, DUTIES[duty].again)
      else log.error({ err: error }, DUTIES[duty].failed)
      this.#failing.add(duty)
    }
  }

  async #look(): Promise<void> {
    const numbered = await sequenceAudit(this.#deps.sequencer)
    await this.#watchLag(numbered)
    const elapsed = this.#deps.clock.monotonicMs() - this.#checkpointAtMs
    const isDue = elapsed >= CHECKPOINT_EVERY_MS || this.#size - this.#checkpointSize >= CHECKPOINT_ENTRIES
    if (!isDue || this.#signing !== undefined) return
    this.#signing = this.#guarded('checkpoints', () => this.#sign()).finally(() => {
      this.#signing = undefined
    })
  }

  async #sign(): Promise<void> {
    const { clock, stores, replicaId } = this.#deps
    this.#checkpointAtMs = clock.monotonicMs()
    this.#checkpointSize = this.#size
    await this.#measureClock()
    const hold = () => stores.leases.hold('audit-checkpoint', replicaId, LEASE_MS)
    if (!(await hold())) return
    let isEnough = false
    try {
      const result = await checkpointAudit({ ...this.#deps, confirm: hold })
      isEnough = result.state === 'refused' || result.isEnough
      await this.#take(result)
    } finally {
      if (!isEnough) await this.#letGo()
    }
  }

  async #letGo(): Promise<void> {
    await this.#deps.stores.leases.release('audit-checkpoint', this.#deps.replicaId)
  }

  async #take(result: CheckpointResult): Promise<void> {
    if (result.state !== 'refused') {
      this.#checkpointSize = result.checkpoint.size
      this.#size = Math.max(this.#size, this.#checkpointSize)
      if (this.#refusal !== null) this.#deps.log.info({}, 'the audit log fits its last checkpoint again')
      this.#refusal = null
      if (result.failures.length > 0) throw result.failures[0]
      return
    }
    if (this.#refusal === result.reason) return
    this.#refusal = result.reason
    this.#deps.log.error(
      { reason: result.reason },
      'AUDIT LOG CONTRADICTS ITS CHECKPOINT: nothing is signed any more. Keep the checkpoint folder as evidence, find out what happened to the database, restore the newest backup, or start a new folder in audit.checkpoints',
    )
    await this.#record('audit.contradicted', 'failure', { reason: result.reason }, 'contradicts_checkpoint')
  }

  /** Half the way there and back is taken off; the offset goes into every entry of this replica. */
  async #measureClock(): Promise<void> {
    const { clock, sequencer, clockOffset } = this.#deps
    const before = clock.now().getTime()
    const { at } = await sequencer.readHead()
    clockOffset?.note(new Date(at).getTime() - (before + clock.now().getTime()) / 2)
  }

  /** Numbers may also come and not keep up. */
  async #watchLag(numbered: number): Promise<void> {
    const { oldestSeconds, waiting } = await this.#deps.sequencer.readLag()
    const isLate = oldestSeconds > LAG_ALARM_SECONDS
    if (isLate && !this.#alarmed) {
      this.#deps.log.error(
        { oldestSeconds, waiting },
        'audit entries wait for their numbers: look for a transaction that does not end (pg_stat_activity, xact_start)',
      )
    }
    this.#alarmed = isLate
    if (waiting > 0 || numbered > 0) this.#deps.telemetry.observeSeconds('audit_lag', {}, oldestSeconds)
  }

  async #record(
    event: string,
    outcome: AuditOutcome,
    details: Record<string, string>,
    reasonCode?: string,
  ): Promise<void> {
    const { stores, seal, replicaId } = this.#deps
    const record = {
      event,
      actor: COUNTERSIGN,
      origin: 'clock',
      outcome,
      ...(reasonCode === undefined ? {} : { reasonCode }),
      target: { system: 'countersign', resource: 'audit log', environment: null },
      details: { ...details, replica: replicaId },
    } as const
    await stores.audit.append([seal(record)])
  }
}
