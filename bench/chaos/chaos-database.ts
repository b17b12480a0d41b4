import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Pool } from 'pg'
import type { QueryResultRow } from 'pg'
import { openFaultProxy } from '../../test/support/fault-proxy/fault-proxy.ts'
import type { FaultProxy } from '../../test/support/fault-proxy/fault-proxy.ts'
import type { RowSource } from '../../test/support/replay/row-source.ts'
import { openPostgresPair } from '../../test/support/postgres-pair/postgres-pair.ts'

/** Reads of the judge, as the owner: repeated while the database is away. */
export type Owner = RowSource

export interface ChaosDatabase {
  /** Through `disturbed`: for the replicas. */
  readonly workerUrl: string
  /** Through a proxy that only fails over: for who approves and settles. */
  readonly benchUrl: string
  readonly owner: Owner
  readonly disturbed: FaultProxy
  readonly logFile: string
  readonly compileCache: string
  /** kill -9 of the primary, and the standby takes its place; answers how long nobody could write. */
  failOver(): Promise<void>
  close(): Promise<void>
}

/** A real, durable PostgreSQL with a synchronous standby, behind fault proxies. */
export async function openChaosDatabase(seed: number): Promise<ChaosDatabase> {
  const pair = await openPostgresPair({ synchronous: true })
  const [disturbed, quiet] = await Promise.all([openFaultProxy(pair.url(), seed), openFaultProxy(pair.url())])
  const folder = mkdtempSync(join(tmpdir(), 'countersign-chaos-'))
  const ownerUrl = new URL(pair.ownerUrl())
  ownerUrl.port = new URL(quiet.url).port
  const pool = new Pool({ connectionString: ownerUrl.href, max: 3 })
  pool.on('error', () => undefined)
  let closing: Promise<void> | undefined
  const closeAll = async () => {
    await Promise.race([pool.end(), delay(2_000)])
    await Promise.all([disturbed.close(), quiet.close()])
    await pair.close()
    rmSync(folder, { recursive: true, force: true })
  }
  return {
    workerUrl: disturbed.url,
    benchUrl: quiet.url,
    owner: { rows: (query, values = []) => untilAnswered(pool, query, values) },
    disturbed,
    logFile: join(folder, 'workers.log'),
    compileCache: join(folder, 'compiled'),
    failOver: async () => {
      await pair.killPrimary()
      await pair.promote()
      for (const proxy of [disturbed, quiet]) {
        proxy.pointAt(pair.url())
        proxy.dropAll()
      }
    },
    close: () => (closing ??= closeAll()),
  }
}

const PATIENCE_MS = 60_000

async function untilAnswered<Row extends QueryResultRow>(
  pool: Pool,
  query: string,
  values: readonly unknown[],
): Promise<readonly Row[]> {
  const since = performance.now()
  for (;;) {
    try {
      return (await pool.query<Row>(query, [...values])).rows
    } catch (error) {
      if (performance.now() - since > PATIENCE_MS) throw error
      await delay(100)
    }
  }
}
