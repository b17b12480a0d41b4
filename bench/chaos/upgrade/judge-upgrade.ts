import { compareReplay } from '../../../src/audit/compare-replay.ts'
import { replayEntries } from '../../../src/audit/replay-entries.ts'
import type { FakeArgoCd } from '../../../test/fakes/argocd/fake-argocd.ts'
import { readEntries } from '../../../test/support/replay/read-entries.ts'
import { readTables } from '../../../test/support/replay/read-tables.ts'
import type { RowSource } from '../../../test/support/replay/row-source.ts'
import type { BenchService } from '../../support/installation.ts'

/** As a build that is newer than both would leave them: a job and a message of kinds that nobody here knows. */
const UNKNOWN_KIND = 'incident.dance'

export async function leaveUnknown(owner: RowSource): Promise<void> {
  const options = `'{"policy":"short","retryLimit":20,"retryDelay":1,"retryBackoff":true,"expireInSeconds":300,"retentionSeconds":86400,"deletionSeconds":3600}'`
  await owner.rows(`SELECT pgboss.create_queue($1, ${options}::jsonb)`, [UNKNOWN_KIND])
  await owner.rows(
    `INSERT INTO pgboss.job (name, data, policy, retry_limit, singleton_key) VALUES ($1, '{}', 'short', 20, 'once')`,
    [UNKNOWN_KIND],
  )
  await owner.rows(
    `INSERT INTO outbox_messages (surface, kind, incident_id, priority, payload)
     SELECT 'slack', 'dance', id, 0, jsonb_build_object('kind', 'dance', 'incidentId', id, 'text', 'Dance.')
       FROM incidents LIMIT 1`,
  )
}

export interface UpgradeVerdict {
  readonly lines: readonly string[]
  readonly broken: readonly string[]
}

/** Compares what Argo CD saw with what was approved, and the log with the tables. */
export async function judgeUpgrade(
  owner: RowSource,
  argocd: FakeArgoCd,
  services: readonly BenchService[],
  leavesUnknownMessages: boolean,
): Promise<UpgradeVerdict> {
  const [states = { ends: '', dead: 0, buried: 0, jobs: '', message: '' }] = await owner.rows<{
    ends: string
    dead: number
    buried: number
    jobs: string
    message: string
  }>(
    `SELECT (SELECT string_agg(state || ' ' || count, ', ') FROM (SELECT state, count(*) FROM runs GROUP BY state) r) AS ends,
            (SELECT count(*)::int FROM pgboss.job WHERE name = 'dead-jobs') AS dead,
            (SELECT count(*)::int FROM outbox_messages WHERE state = 'dead') AS buried,
            (SELECT string_agg(state || ' ' || retry_count, ', ') FROM pgboss.job WHERE name = $1) AS jobs,
            (SELECT string_agg(state || ' ' || begun, ', ') FROM outbox_messages WHERE kind = 'dance') AS message`,
    [UNKNOWN_KIND],
  )
  const counts = services.map(
    ({ name }) => argocd.effects.filter(({ kind, app }) => kind === 'rollback' && app === name).length,
  )
  const [twice, lost] = [counts.filter((count) => count > 1).length, counts.filter((count) => count === 0).length]
  const differences = compareReplay(replayEntries(await readEntries(owner)), await readTables(owner))
  const checks: readonly (readonly [boolean, string])[] = [
    [twice > 0, `${String(twice)} rollbacks happened twice`],
    [lost > 0, `${String(lost)} rollbacks never happened`],
    [states.ends !== `succeeded ${String(services.length)}`, `runs ended otherwise than approved: ${states.ends}`],
    [states.dead > 0, `${String(states.dead)} jobs were given up`],
    [states.buried > 0, `${String(states.buried)} messages were given up`],
    [differences.length > 0, `the log alone does not lead to the database:\n  ${differences.join('\n  ')}`],
    [states.jobs !== 'created 0', `a job of an unknown kind was not left alone: ${states.jobs}`],
    [
      leavesUnknownMessages && states.message !== 'waiting 0',
      `a message of an unknown kind was not left alone: ${states.message}`,
    ],
  ]
  const broken = checks.filter(([isBroken]) => isBroken).map(([, sentence]) => sentence)
  const unknown = `of unknown kinds: job ${states.jobs}, message ${states.message}${leavesUnknownMessages ? '' : ' (the older build does not leave them yet)'}`
  return {
    lines: [
      `runs: ${states.ends}; rollbacks twice ${String(twice)}, lost ${String(lost)}`,
      `jobs given up ${String(states.dead)}, messages given up ${String(states.buried)}, differences of log and database ${String(differences.length)}`,
      unknown,
    ],
    broken,
  }
}
