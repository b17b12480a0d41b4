import { redactTexts } from '../../../src/audit/redact-texts.ts'
import { readLogOf } from '../read-log-of.ts'
import { createFirstCards } from '../../../src/orchestrator/outbox/first-cards.ts'
import { randomBytes as drawBytes } from 'node:crypto'
import { bulkRandom } from '../../../src/kernel/bulk-random.ts'
import { sealEntry } from '../../../src/audit/seal-entry.ts'
import { keptNowhere } from '../kept-nowhere.ts'
import { everybodyIsMember } from '../everybody-is-member.ts'
import type { AuthorizationRequest, AuthorizationVerdict } from '../../../src/domain/authorization.ts'
import type { Person } from '../../../src/domain/person.ts'
import type { Playbook } from '../../../src/domain/playbook.ts'
import { systemClock } from '../../../src/kernel/clock.ts'
import { uuidV7 } from '../../../src/kernel/ids.ts'
import type { Logger } from '../../../src/kernel/logger.ts'
import { silentLogger } from '../../../src/kernel/silent-logger.ts'
import type { Deps, Settings } from '../../../src/orchestrator/dependencies.ts'
import type { ActionRunner } from '../../../src/ports/action-runner.ts'
import type { JobQueue } from '../../../src/ports/job-queue.ts'
import type { Stores } from '../../../src/ports/stores.ts'
import { openDatabase } from '../../../src/store/database.ts'
import type { Database } from '../../../src/store/database.ts'
import { openStores } from '../../../src/store/open-stores.ts'
import { createUnitOfWork } from '../../../src/store/unit-of-work.ts'
import { ANA, BEN, CATALOG, PLAYBOOK, RIA } from './approved-run.ts'

export interface ReplicaOptions {
  readonly url: string
  readonly actions: ActionRunner
  readonly replicaId?: string
  readonly settings?: Partial<Settings>
  /** May be changed while the replica runs: it is read for every decision. */
  readonly people?: () => readonly Person[]
  readonly playbooks?: readonly Playbook[]
  readonly authorize?: (request: AuthorizationRequest) => AuthorizationVerdict
  /** Default: hints are thrown away, and the test advances runs by itself. */
  readonly queueOf?: (db: Database) => JobQueue
  readonly log?: Logger
  readonly maxConnections?: number
  readonly answerTimeoutMs?: number
  readonly waitsForDisk?: boolean
  readonly stores?: (stores: Stores) => Stores
  /** Everybody is a full member of everything unless given. */
  readonly accountStandings?: Deps['accountStandings']
}

export interface Replica {
  readonly deps: Deps
  close(): Promise<void>
}

/** As the product's own sealer draws them. */
const randomBytes = bulkRandom(drawBytes)
/** One list, so that what to look for is worked out once, as in the product. */
const NO_SECRETS: readonly string[] = []
const ALLOW: AuthorizationVerdict = { verdict: 'allow', reasons: [], policyVersion: 'policy-1' }
const NO_HINTS: JobQueue = { enqueue: () => Promise.resolve() }

/** What one replica has, on real Postgres and with real actions; the rest of the product is left out. */
export async function openReplica(options: ReplicaOptions): Promise<Replica> {
  const replicaId = options.replicaId ?? `replica-${uuidV7(Date.now(), randomBytes).slice(-6)}`
  const database = await openDatabase({
    url: options.url,
    applicationName: replicaId,
    maxConnections: options.maxConnections ?? 10,
    ...(options.answerTimeoutMs === undefined ? {} : { answerTimeoutMs: options.answerTimeoutMs }),
    ...(options.waitsForDisk === undefined ? {} : { waitsForDisk: options.waitsForDisk }),
  })
  const queueOf = options.queueOf ?? (() => NO_HINTS)
  const wrap = options.stores ?? ((stores: Stores) => stores)
  const bind = (db: Database): Stores => wrap(openStores(db, { surfaces: ['console'], queueOf }))
  const people = options.people ?? (() => [ANA, BEN, RIA])
  const stores = bind(database.db)
  const seal: Deps['seal'] = (record) => {
    const at = new Date()
    const entryId = uuidV7(at.getTime(), randomBytes)
    return sealEntry(record, { entryId, at, replica: replicaId, build: 'test', secrets: NO_SECRETS })
  }
  const deps: Deps = {
    unitOfWork: createUnitOfWork(database.pool, bind),
    stores,
    clock: systemClock,
    log: options.log ?? silentLogger,
    randomBytes,
    telemetry: { count: () => undefined, observeSeconds: () => undefined },
    settings: { ...settingsOf(replicaId), ...options.settings },
    catalog: CATALOG,
    playbooks: options.playbooks ?? [PLAYBOOK],
    configuration: keptNowhere,
    accountStandings: options.accountStandings ?? everybodyIsMember,
    directory: {
      findById: (id) => people().find((person) => person.id === id),
      findByAccount: () => undefined,
      list: people,
    },
    onCall: null,
    authorize: options.authorize ?? (() => ALLOW),
    seal,
    reads: readLogOf(stores.audit, seal),
    logDelay: () => stores.auditReader.describe(),
    actions: options.actions,
    metrics: null,
    firstCards: createFirstCards(),
    changeSources: [],
    deployState: null,
    previewers: [],
    ...{ evidenceSources: [], commits: null, logs: null },
    redact: (value) => redactTexts(value, {}),
    pictures: { toPng: () => Promise.resolve(new Uint8Array([1, 2, 3])) },
    model: null,
  }
  return { deps, close: database.close }
}

function settingsOf(replicaId: string): Settings {
  return {
    mode: 'assist',
    replicaId,
    publicUrl: null,
    mapping: { service: ['service'], environment: ['environment'] },
    linkHosts: [],
    groupingWindowMs: 300_000,
    changesLookbackMs: 7_200_000,
    instanceMetrics: null,
    goldenSignals: null,
    logQuery: null,
    approvalsTtlMs: 900_000,
    escalateAt: [0.4, 0.7],
    // The few people of a test press more often than anybody does; what is about fatigue sets its own limit.
    fatigue: { decisions: 1_000_000, perMs: 600_000 },
    breakGlass: { playbooks: [PLAYBOOK.name], forMs: 3_600_000, reviewMs: 172_800_000 },
    auditReview: { minuteOfDay: 0, channels: [] },
    // Nobody numbers the log here, however long a test takes; what is about that sets its own limit.
    logDelayMs: Infinity,
    freezeWindows: [],
    inflightWindowMs: 100,
    leaseMs: 5_000,
    roomFrom: null,
    decidesInConsole: false,
    routes: [],
  }
}
