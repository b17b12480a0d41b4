import { SQL_STATE, sqlStateOf } from '../../../src/store/sql-state.ts'
import { createOutboxQueue } from '../../../src/store/outbox-store.ts'
import { createUnitOfWork } from '../../../src/store/unit-of-work.ts'
import { openDatabase } from '../../../src/store/database.ts'
import { openDeliverer } from '../../../src/orchestrator/outbox/open-deliverer.ts'
import { openStores } from '../../../src/store/open-stores.ts'
import { openWorld } from '../decisions/world.ts'
import { createTestDatabase } from '../../support/postgres.ts'
import { ScriptedSurface } from '../../fakes/scripted-surface.ts'
import { waitUntil } from '../../support/wait-until.ts'
import type { World } from '../decisions/world.ts'
import type { Clock } from '../../../src/kernel/clock.ts'
import type { Database } from '../../../src/store/database.ts'
import type { Deliverer } from '../../../src/orchestrator/outbox/open-deliverer.ts'
import type { DeliveryLimits } from '../../../src/ports/chat-surface.ts'
import type { Deps, Settings } from '../../../src/orchestrator/dependencies.ts'
import type { OutboxQueue } from '../../../src/ports/outbox.ts'
import type { Person } from '../../../src/domain/person.ts'
import type { Signals } from '../../../src/ports/signals.ts'

/** Slack and Teams as scripted surfaces on one real database, each with its deliverer. */
export interface DeliveryWorld {
  readonly deps: Deps
  /** For scenes and proposals: the same database, with its own history of deploys. */
  readonly world: World
  readonly slack: ScriptedSurface
  readonly teams: ScriptedSurface
  /** Minutes of an outage pass in no time: the deliverers' own clock is moved. */
  passTime(ms: number): void
  openIncident(title?: string): Promise<string>
  /** What waits is due now, as after its backoff, and is looked at. */
  hurry(): Promise<void>
  settle(): Promise<void>
  /** As a superuser. */
  query<Row extends object>(text: string, values?: readonly unknown[]): Promise<readonly Row[]>
  /** Ends the deliverers; and starts new ones, which know nothing of before. */
  restart(): Promise<void>
  close(): Promise<void>
}

/** Many histories are delivered side by side, maybe on a busy machine. */
const SETTLE_MS = 60_000

export interface DeliveryOptions {
  readonly settings?: Partial<Settings>
  readonly people?: readonly Person[]
  readonly slackLimits?: Partial<DeliveryLimits>
  /** What the deliverers take themselves to know. */
  readonly kinds?: readonly string[]
  /** What a test puts between the deliverers and the queue. */
  readonly bendQueue?: (queue: OutboxQueue) => OutboxQueue
}

export async function openDeliveryWorld(options: DeliveryOptions = {}): Promise<DeliveryWorld> {
  const world = await openWorld()
  if (options.people !== undefined) world.people = options.people
  const database = await createTestDatabase()
  const connection = await openDatabase({ url: database.url, applicationName: 'delivery', maxConnections: 8 })
  const admin = await openDatabase({ url: database.ownerUrl, applicationName: 'delivery-admin', maxConnections: 1 })
  const queueOf = () => ({ enqueue: async () => undefined })
  const bendQueue = options.bendQueue ?? ((queue) => queue)
  const bind = (db: Database) => ({
    ...openStores(db, { surfaces: ['slack', 'teams'], queueOf }),
    outboxQueue: bendQueue(createOutboxQueue(db, options.kinds)),
  })
  const slack = new ScriptedSurface('slack', options.slackLimits)
  const teams = new ScriptedSurface('teams')
  let aheadMs = 0
  const clock: Clock = { now: () => new Date(), monotonicMs: () => performance.now() + aheadMs }
  const routes = [
    { surface: 'slack', owner: null, severity: null, channel: 'C1' },
    { surface: 'teams', owner: null, severity: null, channel: 'T1' },
  ] as const
  const deps: Deps = {
    ...world.replica({ settings: { routes, ...options.settings }, clock }),
    stores: bind(connection.db),
    unitOfWork: createUnitOfWork(connection.pool, bind),
  }
  const query = async <Row extends object>(text: string, values: readonly unknown[] = []) =>
    (await admin.pool.query<Row>(text, [...values])).rows
  const wakers = new Set<() => void>()
  const signals: Signals = {
    listen: (_signal, onSignal) => {
      const wake = () => onSignal('')
      wakers.add(wake)
      return () => wakers.delete(wake)
    },
    close: async () => undefined,
  }
  const open = (): Deliverer[] => [slack, teams].map((surface) => openDeliverer(deps, surface, signals))
  let deliverers = open()
  const hurry = async () => {
    // A deliverer that marks several at once may stand in the way crosswise; it is asked again by whoever waits.
    await admin.pool
      .query(`update outbox_messages set not_before = clock_timestamp() where state in ('waiting', 'sending')`)
      .catch((error: unknown) => {
        if (sqlStateOf(error) !== SQL_STATE.deadlock) throw error
      })
    for (const wake of wakers) wake()
  }
  const closeDeliverers = () => Promise.all(deliverers.map((deliverer) => deliverer.close()))
  return {
    ...{ deps, slack, teams, hurry },
    world: Object.assign(world, { deps, query }),
    passTime: (ms) => {
      aheadMs += ms
    },
    openIncident: async (title = 'Many errors') => {
      const incident = await deps.stores.incidents.open({
        ...{ title, service: 'checkout', environment: 'production' },
        ...{ severity: 'SEV3', origin: 'declared', onsetAt: new Date() },
      })
      await deps.stores.outbox.append([{ kind: 'card', incidentId: incident.id, priority: 'status' }])
      await hurry()
      return incident.id
    },
    settle: async () => {
      const isQuiet = async () => {
        await hurry()
        return (await deps.stores.outboxQueue.describe()).waiting === 0
      }
      await waitUntil('nothing waits', isQuiet, SETTLE_MS)
    },
    query,
    restart: async () => {
      await closeDeliverers()
      deliverers = open()
    },
    close: async () => {
      await closeDeliverers()
      await connection.close()
      await admin.close()
      await database.drop()
      await world.close()
    },
  }
}
