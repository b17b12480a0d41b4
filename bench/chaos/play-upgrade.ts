import { setTimeout as delay } from 'node:timers/promises'
import { Pool } from 'pg'
import type { QueryResultRow } from 'pg'
import { FAKE_TOKEN, FakeArgoCd } from '../../test/fakes/argocd/fake-argocd.ts'
import { startFakeSlack } from '../../test/fakes/slack/fake-slack.ts'
import { createTestDatabase } from '../../test/support/postgres.ts'
import { createRandom } from '../../test/support/random.ts'
import type { RowSource } from '../../test/support/replay/row-source.ts'
import { publishTestServer, startTestServer } from '../../test/support/test-server.ts'
import { ROLL_BACK } from '../support/roll-back.ts'
import { writeInstallation } from '../support/installation.ts'
import type { BenchService, Installation } from '../support/installation.ts'
import { BOT_TOKEN, SIGNING_SECRET } from '../support/names.ts'
import { openWorkplace } from '../support/workplace.ts'
import { Fleet } from './upgrade/fleet.ts'
import { playIncident } from './upgrade/incident-flow.ts'
import type { FlowWorld } from './upgrade/incident-flow.ts'
import { judgeUpgrade, leaveUnknown } from './upgrade/judge-upgrade.ts'
import { unpackOlderBuild } from './upgrade/older-build.ts'

const AT_ONCE = 4
/** The changes take longer than the incidents on a busy machine, which go on meanwhile. */
const SERVICES = 200
const ENDS_WITHIN_MS = 240_000
const TARGET_TAKES_MS = 300

/** What happens each time some more runs were approved: to the newer build and back, by requests to end and by kill -9. */
const STAGES: readonly (readonly ((fleet: Fleet) => Promise<void>)[])[] = [
  [(fleet) => fleet.start('newer')],
  [(fleet) => fleet.start('newer'), (fleet) => fleet.end('older', 'stop')],
  [(fleet) => fleet.end('older', 'kill')],
  [],
  [(fleet) => fleet.start('older')],
  [(fleet) => fleet.start('older'), (fleet) => fleet.end('newer', 'stop')],
  [(fleet) => fleet.end('newer', 'kill')],
  [],
]

export interface UpgradeOptions {
  /** Approved between one change of the processes and the next, at least. */
  readonly eachStage: number
  /** Another revision than the one before the newest migration. */
  readonly older?: string
}

/** T34: whole processes of two builds on one database, upgraded and rolled back under load. Answers how many promises broke. */
export async function playUpgrade(options: UpgradeOptions, print: (line: string) => void): Promise<number> {
  const workplace = openWorkplace()
  const started = await startTestServer()
  publishTestServer(started.server)
  const [slack, argocd] = [await startFakeSlack({ botToken: BOT_TOKEN }), await FakeArgoCd.start()]
  const database = await createTestDatabase({ isMigrated: false })
  const pool = new Pool({ connectionString: database.ownerUrl, max: 4 })
  pool.on('error', () => undefined)
  const owner: RowSource = {
    rows: async <Row extends QueryResultRow>(query: string, values: readonly unknown[] = []) =>
      (await pool.query<Row>(query, [...values])).rows,
  }
  try {
    const older = unpackOlderBuild(workplace.folder, options.older)
    print(`the older build is ${older.revision}`)
    const shape = { services: SERVICES, channels: 1, approvers: SERVICES + 1, playbook: ROLL_BACK }
    const installation = writeInstallation(workplace.folder, shape)
    for (const { name } of installation.services) argocd.addApp(name, ['1111111111', '2222222222'])
    argocd.server.inject({
      ...{ kind: 'latency', delayMs: TARGET_TAKES_MS, times: Number.POSITIVE_INFINITY },
      matches: ({ method }) => method === 'POST',
    })
    const environment = {
      ...{ DATABASE_URL: database.url, DATABASE_ADMIN_URL: database.ownerUrl },
      ...{ SLACK_BOT_TOKEN: BOT_TOKEN, SLACK_SIGNING_SECRET: SIGNING_SECRET, SLACK_API_URL: slack.apiUrl },
      ...{ ARGOCD_SERVER: argocd.server.url, ARGOCD_AUTH_TOKEN: FAKE_TOKEN },
    }
    const { configPath } = installation
    const fleet = new Fleet({ workplace, configPath, environment, olderFolder: older.folder, print })
    await fleet.start('older')
    await fleet.start('older')
    const random = createRandom(1)
    const failed = new AbortController()
    const world = { slack, owner, url: () => fleet.url(random), failed: failed.signal }
    const used = await playAll(world, installation, fleet, { eachStage: options.eachStage, print, failed })
    await waitForEnd(owner)
    const verdict = await judgeUpgrade(owner, argocd, used, older.leavesUnknownMessages)
    for (const line of verdict.lines) print(line)
    for (const promise of verdict.broken) console.error(`broken: ${promise}`)
    return verdict.broken.length
  } finally {
    await workplace.close()
    await pool.end()
    await database.drop()
    await started.stop()
    await slack.close()
    await argocd.server.close()
  }
}

interface PlayOptions {
  readonly eachStage: number
  readonly print: (line: string) => void
  /** Aborted when one of them failed: what the others wait for may never come. */
  readonly failed: AbortController
}

/** Several incidents at once all the time, while the processes change under them. Answers the services that had one. */
async function playAll(
  world: FlowWorld,
  { services, approvers }: Installation,
  fleet: Fleet,
  { eachStage, print, failed }: PlayOptions,
): Promise<readonly BenchService[]> {
  const used: BenchService[] = []
  let [approved, isOver] = [0, false]
  const work = async () => {
    while (!isOver && used.length < services.length) {
      const index = used.length
      const service = services[index]
      if (service === undefined) return
      used.push(service)
      await playIncident(world, service, [approvers[0] ?? '', approvers[index + 1] ?? ''])
      approved += 1
    }
  }
  const change = async () => {
    for (const [index, stage] of STAGES.entries()) {
      const enough = approved + eachStage
      while (approved < enough && used.length < services.length && !isOver) await delay(50)
      if (failed.signal.aborted) return
      print(`${String(approved)} runs approved`)
      if (index === 0) await leaveUnknown(world.owner)
      for (const step of stage) await step(fleet)
    }
    isOver = true
  }
  const all = [change(), ...Array.from({ length: AT_ONCE }, work)]
  await Promise.all(all).catch(async (error: unknown) => {
    // The others end as well, before what they work on is closed.
    isOver = true
    failed.abort()
    await Promise.allSettled(all)
    throw error
  })
  return used
}

async function waitForEnd(owner: RowSource): Promise<void> {
  const startedAt = performance.now()
  const openOnes = `SELECT FROM runs WHERE state NOT IN ('succeeded', 'failed', 'stopped', 'undone')
    UNION ALL SELECT FROM audit_leaves l WHERE NOT EXISTS (SELECT FROM audit_entries e WHERE e.leaf_id = l.id)`
  while ((await owner.rows(openOnes)).length > 0) {
    if (performance.now() - startedAt > ENDS_WITHIN_MS) return
    await delay(100)
  }
}
