import { Pool } from 'pg'
import { openReplica } from '../../fakes/counting-target/replica.ts'
import { createActionRunner } from '../../../src/connectors/action-runner.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { ActionRunner } from '../../../src/ports/action-runner.ts'
import type { ReplicaOptions } from '../../fakes/counting-target/replica.ts'

export interface MatrixWorld {
  readonly databaseUrl: string
  /** A replica whose connections nothing spoils. */
  readonly deps: Deps
  readonly count: (statement: string, values: readonly unknown[]) => Promise<number>
  /** Events of the audit log about a run, in order. */
  readonly eventsOf: (runId: string) => Promise<readonly AuditedEvent[]>
  close(): Promise<void>
}

export interface AuditedEvent {
  readonly event: string
  /** What the connector made of the answer, where the event tells of one. */
  readonly status: string | null
}

/** Nobody gives up here: a busy machine takes longer than a quick lease. */
const SETTINGS: NonNullable<ReplicaOptions['settings']> = {
  leaseMs: 60_000,
  fatigue: { decisions: 1_000_000, perMs: 1 },
}

const NOTHING: ActionRunner = createActionRunner([])

export async function openMatrixWorld(database: {
  readonly url: string
  readonly ownerUrl: string
}): Promise<MatrixWorld> {
  const replica = await openReplica({ url: database.url, actions: NOTHING, settings: SETTINGS, maxConnections: 16 })
  const owner = new Pool({ connectionString: database.ownerUrl, max: 2 })
  owner.on('error', () => undefined)
  return {
    databaseUrl: database.url,
    deps: replica.deps,
    count: async (statement, values) => {
      const { rows } = await owner.query<{ count: number }>(statement, [...values])
      return rows[0]?.count ?? 0
    },
    eventsOf: async (runId) => {
      const { rows } = await owner.query<AuditedEvent>(
        `SELECT leaf ->> 'event' AS event, leaf -> 'execution' ->> 'responseStatus' AS status
           FROM (SELECT id, convert_from(bytes, 'UTF8')::jsonb AS leaf FROM audit_leaves) all_of_them
          WHERE leaf ->> 'runId' = $1 ORDER BY id`,
        [runId],
      )
      return rows
    },
    close: async () => {
      await owner.end()
      await replica.close()
    },
  }
}
