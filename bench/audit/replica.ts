import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { signCheckpoint } from '../../src/audit/checkpoint.ts'
import { createSealer } from '../../src/app/create-sealer.ts'
import { systemClock } from '../../src/kernel/clock.ts'
import type { Logger } from '../../src/kernel/logger.ts'
import { silentLogger } from '../../src/kernel/silent-logger.ts'
import { keepAudit } from '../../src/orchestrator/keep-audit.ts'
import { createAuditSequencer } from '../../src/store/audit-sequencer.ts'
import { openCheckpointFolder } from '../../src/store/checkpoint-folder.ts'
import { openDatabase } from '../../src/store/database.ts'
import { openJobs } from '../../src/store/jobs.ts'
import { openSignals } from '../../src/store/signals.ts'
import { openStores } from '../../src/store/open-stores.ts'
import { createUnitOfWork } from '../../src/store/unit-of-work.ts'
import { silentTelemetry } from '../../src/telemetry/silent-telemetry.ts'
import { monotonicMs } from '../support/monotonic.ts'
import { Order, REPLICA_VARIABLE, ReplicaConfig } from './orders.ts'
import type { Answer } from './orders.ts'
import { intentOf } from './intent.ts'

/**
 * One replica of the audit bench: the product's sealing, stores, unit of work and the keeper that numbers and signs, in
 * a process of its own. Each writer commits one entry at a time and waits until it is durable, as every approval and
 * every intent does. It dies with the bench.
 */
const config = ReplicaConfig.parse(JSON.parse(process.env[REPLICA_VARIABLE] ?? 'null'))
const tell = (answer: Answer): void => void process.send?.(answer)
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))

const MOST_WRITERS = 64
/** Numbering, checkpoints and jobs need connections beside the writers. */
const OTHERS = 6
/** As many as an installation with Slack, Teams and the vendors has. */
const SECRETS = Array.from(
  { length: 8 },
  (_, index) => `bench-secret-${String(index)}-${randomBytes(12).toString('hex')}`,
)

const log: Logger = {
  ...silentLogger,
  error: (_, text) => {
    if (text.includes('wait for their numbers')) tell({ kind: 'alarm', at: monotonicMs() })
    else console.error(`${config.replicaId}: ${text}`)
  },
}

const { url, replicaId } = config
const database = await openDatabase({
  url,
  applicationName: `bench ${replicaId}`,
  maxConnections: MOST_WRITERS + OTHERS,
})
const signals = await openSignals({ url, log })
const jobs = await openJobs({ pool: database.pool, signals, log, randomBytes })
const storesOf = (db: typeof database.db) =>
  openStores(db, { surfaces: ['console'], queueOf: (handle) => jobs.queueOf(handle) })
const stores = storesOf(database.db)
const unitOfWork = createUnitOfWork(database.pool, storesOf)
const seal = createSealer({ clock: systemClock, randomBytes, replicaId, secrets: SECRETS })
const { privateKey } = generateKeyPairSync('ed25519')
await keepAudit({
  sequencer: createAuditSequencer(database.pool, database.db),
  checkpoints: openCheckpointFolder(config.checkpointFolder),
  sign: (checkpoint) => signCheckpoint(checkpoint, privateKey),
  stores,
  seal,
  signals,
  clock: systemClock,
  log,
  telemetry: silentTelemetry,
  replicaId,
})

/** What it is compared with: the driver alone, and the row's bytes made ahead. */
const [{ entryId, event, incidentId, bytes, leafHash }] = [seal(intentOf(0))]
const PLAIN = {
  name: 'bench_plain',
  text: 'INSERT INTO bench_plain (entry_id, event, incident_id, bytes, leaf_hash) VALUES ($1, $2, $3, $4, $5)',
}
const row = [entryId, event, incidentId, Buffer.from(bytes), leafHash]

const WAYS: Readonly<Record<Order['way'], (number: number) => Promise<unknown>>> = {
  audited: (number) => unitOfWork.run((bound) => bound.audit.append([seal(intentOf(number))])),
  plain: () => appendPlain(),
  single: () => database.pool.query(PLAIN, row),
}

async function appendPlain(): Promise<void> {
  const client = await database.pool.connect()
  try {
    await Promise.all([client.query('BEGIN'), client.query(PLAIN, row)])
    await client.query('COMMIT')
  } finally {
    client.release()
  }
}

async function write({ way, writers, seconds }: Order): Promise<Answer> {
  const append = WAYS[way]
  const [startedAt, before] = [monotonicMs(), process.cpuUsage()]
  const endAt = startedAt + seconds * 1000
  let entries = 0
  const writer = async (): Promise<void> => {
    while (monotonicMs() < endAt) {
      await append(entries)
      entries += 1
    }
  }
  await Promise.all(Array.from({ length: writers }, writer))
  const used = process.cpuUsage(before)
  return {
    kind: 'written',
    entries,
    seconds: (monotonicMs() - startedAt) / 1000,
    processorMs: (used.user + used.system) / 1000,
  }
}

process.on('message', (message) => {
  write(Order.parse(message)).then(tell, (error: unknown) => tell({ kind: 'failed', reason: String(error) }))
})
tell({ kind: 'ready' })
