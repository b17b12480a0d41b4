import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { buildConversation } from '../../../src/app/build-conversation.ts'
import { createMetrics } from '../../../src/telemetry/metrics.ts'
import { openWeb } from '../../../src/app/open-web.ts'
import { playbookPlanCommand } from '../../../src/cli/playbook-plan.ts'
import { readVersion } from '../../../src/orchestrator/configuration/read-version.ts'
import { runCommand } from '../../../src/cli/run-command.ts'
import { settleConfiguration } from '../../../src/app/settle-configuration.ts'
import { settleFound } from '../../../src/orchestrator/configuration/settle-found.ts'
import { everybodyIsMember } from '../../fakes/everybody-is-member.ts'
import { openBrowserAs } from '../../support/browser.ts'
import { openHouse } from '../../support/house.ts'
import { waitUntil } from '../../support/wait-until.ts'
import { EDITED } from '../configuration/world.ts'
import { openReadings } from './readings.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { Foundation } from '../../../src/app/build-deps.ts'
import type { House } from '../../support/house.ts'
import type { HttpServer } from '../../../src/adapters/http/open-http-server.ts'
import type { Readings } from './readings.ts'
import type { Surface } from './reads-of-chat.ts'
import { accountOn, READING_VERBS } from './reads-of-chat.ts'

const API = 'api-token-of-the-test'
const ANA = 'ana@bank.example'
const BEN = 'ben@bank.example'

let house: House
let foundation: Foundation
let readings: Readings
let site: Site
const servers: HttpServer[] = []
beforeAll(async () => {
  house = await openHouse({ environment: { COUNTERSIGN_API_TOKEN: API } })
  foundation = await house.foundation(['slack', 'teams'])
  readings = await openReadings(house.database.ownerUrl)
  await settleConfiguration(house.config, foundation.deps)
  await settleFound(foundation.deps, readVersion(EDITED), 'two-people')
  site = await openSite(foundation.deps)
  await makeRecord()
})
afterAll(async () => {
  await Promise.all(servers.map((server) => server.close()))
  await readings.close()
  await house.close()
})

interface Site {
  readonly url: string
  readonly server: HttpServer
}

async function openSite(deps: Deps): Promise<Site> {
  const server = openWeb({
    ...{ config: house.config, metrics: createMetrics(), audit: null, slack: null, teams: null },
    foundation: { ...foundation, deps },
    signIn: { kind: 'pick', sandboxNote: 'A test.' },
  })
  servers.push(server)
  return { url: (await server.listen()).url, server }
}

/** INC-1 with evidence, a picture and RUN-1; CFG-2 waits. */
async function makeRecord(): Promise<void> {
  const ana = await openBrowserAs(site.url, ANA)
  const csrf = await ana.csrf('/')
  await ana.post('/say', { csrf, text: 'declare SEV2 checkout is slow on checkout', incidentId: '' })
  const page = await ana.post('/say', { csrf, text: 'run INC-1 tell-channel', incidentId: 'INC-1' })
  const fieldOf = (name: string) => new RegExp(`name="${name}" value="([^"]+)"`).exec(page.text)?.[1] ?? ''
  const ben = await openBrowserAs(site.url, BEN)
  const press = {
    verb: 'approve',
    incidentId: 'INC-1',
    proposalId: fieldOf('proposalId'),
    planHash: fieldOf('planHash'),
  }
  await ben.post('/press', { csrf: await ben.csrf('/'), ...press })
  const cem = await openBrowserAs(site.url, 'cem@bank.example')
  await cem.post('/press', { csrf: await cem.csrf('/'), ...press })
  const seconds = Date.now() / 1000
  await foundation.deps.stores.evidence.save([
    {
      ...{ incidentId: 'INC-1', key: 'metric:errors', kind: 'metric', source: 'Prometheus', at: new Date() },
      ...{
        fact: 'It rose.',
        url: null,
        data: { alert: 'HighErrorRate', points: [[seconds - 60, 1] as number[], [seconds, 2]] },
      },
    },
  ])
}

/** What is left of the inventory's addresses once their ids are filled in, and what each of them reads. */
const READS: Readonly<Record<string, string>> = {
  '/': 'incidents',
  '/incidents/:id': 'incident INC-1',
  '/incidents/:id/picture.svg': 'picture of INC-1',
  '/configuration/:id': 'configuration CFG-2',
  '/audit': 'audit log',
  '/api/v1/incidents': 'incidents',
  '/api/v1/incidents/:id': 'incident INC-1',
  '/api/v1/incidents/:id/timeline': 'timeline of INC-1',
  '/api/v1/incidents/:id/evidence': 'evidence of INC-1',
  '/api/v1/incidents/:id/changes': 'incident INC-1',
  '/api/v1/runs/:id': 'run RUN-1',
  '/api/v1/audit': 'audit log',
}

/** These show nothing of the record. */
const SHOW_NOTHING: readonly string[] = [
  ...['/healthz', '/readyz', '/metrics', '/assets/console.css', '/assets/live.js', '/session', '/live'],
  '/api/v1/openapi.json',
]

function addressOf(path: string): string {
  const id = path.startsWith('/configuration') ? 'CFG-2' : path.includes('/runs/') ? 'RUN-1' : 'INC-1'
  return path.replace(':id', id)
}

const readsOf = (server: HttpServer): readonly string[] =>
  server.inventory
    .filter(({ method, path }) => method === 'GET' && !SHOW_NOTHING.includes(path))
    .map(({ path }) => path)

/** Fetches the addresses one after the other; those that leave no entry of their own are returned. */
async function silentOnes({ url, server }: Site, reads: Deps['reads']): Promise<readonly string[]> {
  const ana = await openBrowserAs(url, ANA)
  const silent: string[] = []
  for (const path of readsOf(server)) {
    const before = await readings.sumOf({ object: READS[path] ?? path })
    const page = await ana.get(addressOf(path))
    if (page.status !== 200) throw new Error(`${path} is answered ${String(page.status)}: ${page.text.slice(0, 200)}`)
    await reads.close()
    if ((await readings.sumOf({ object: READS[path] ?? path })) === before) silent.push(path)
  }
  return silent
}

describe('a crawl of every address that shows something of the record', () => {
  it('knows all of them', () => {
    expect([...readsOf(site.server)].toSorted()).toEqual(Object.keys(READS).toSorted())
  })

  it('leaves an entry of each', async () => {
    expect(await silentOnes(site, foundation.deps.reads)).toEqual([])
  })

  it('leaves none where nobody takes reads down (the twin)', async () => {
    const careless = await openSite({
      ...foundation.deps,
      reads: { note: async () => undefined, close: async () => undefined },
    })

    expect(await silentOnes(careless, foundation.deps.reads)).toEqual(readsOf(careless.server))
  })

  it('is on record as the token’s where a script reads', async () => {
    const headers = { authorization: `Bearer ${API}` }
    for (const path of ['/api/v1/audit?limit=5', '/api/v1/incidents/INC-1/evidence']) {
      expect((await fetch(`${site.url}${path}`, { headers })).status).toBe(200)
    }
    await foundation.deps.reads.close()

    expect(await readings.sumOf({ object: 'audit log', actor: 'api-token', origin: 'api' })).toBe(1)
    expect(await readings.sumOf({ object: 'evidence of INC-1', actor: 'api-token', origin: 'api' })).toBe(1)
  })
})

describe.each<Surface>(['slack', 'teams', 'console'])('what is read by verbs on %s', (surface) => {
  it.each(READING_VERBS)('is on record: %s', async (text, object) => {
    const who = { object, actor: ANA, origin: surface }
    const before = await readings.sumOf(who)
    const { deps } = foundation

    const account = accountOn(surface)
    const reply = await buildConversation({
      ...deps,
      directory: { ...deps.directory, findByAccount: () => deps.directory.findById(ANA) },
      accountStandings: everybodyIsMember,
    }).say({ surface, account, channel: 'C1', message: '1.1', text })
    await deps.reads.close()

    expect(reply.kind).toBe('answer')
    expect(await readings.sumOf(who)).toBe(before + 1)
  })
})

describe('what is read on the command line', () => {
  it('is on record under the account of the machine', async () => {
    const printed: string[] = []
    const code = await runCommand([playbookPlanCommand], ['playbook', 'plan', 'tell-channel', '--incident', 'INC-1'], {
      variables: {
        ...{ COUNTERSIGN_CONFIG: `${house.config.folder}/countersign.yaml`, DATABASE_URL: house.database.url },
        COUNTERSIGN_DATA: house.config.dataFolder,
      },
      print: (line) => void printed.push(line),
      printError: (line) => void printed.push(line),
      signal: new AbortController().signal,
    })

    expect({ code, printed: printed.join('\n') }).toMatchObject({ code: 0 })
    expect(await readings.sumOf({ object: 'incident INC-1', origin: 'cli' })).toBe(1)
  })
})

describe('where the log cannot be written', () => {
  it('reading goes on, and what was read follows when it can be (TRUST 1.6)', async () => {
    const own = await house.foundation()
    const other = await openSite(own.deps)
    const ana = await openBrowserAs(other.url, ANA)
    const who = { object: 'audit log', actor: ANA, origin: 'console' }
    const before = await readings.sumOf(who)
    const lock = await readings.lockLeaves()
    try {
      for (let reads = 0; reads < 3; reads += 1) expect((await ana.get('/audit')).status).toBe(200)
    } finally {
      await lock.release()
    }

    await waitUntil('the reads are on the log', async () => {
      await own.deps.reads.close()
      return (await readings.sumOf(who)) === before + 3
    })
  })
})

describe('a service that is stopped', () => {
  it('writes what it counted, before its last checkpoint', async () => {
    const app = await house.serve()
    const headers = { authorization: `Bearer ${API}` }
    const before = await readings.sumOf({ object: 'incident INC-1', origin: 'api' })
    for (let reads = 0; reads < 7; reads += 1) {
      expect((await fetch(`${app.url}/api/v1/incidents/INC-1`, { headers })).status).toBe(200)
    }
    await app.close()

    expect(await readings.sumOf({ object: 'incident INC-1', origin: 'api' })).toBe(before + 7)
    expect(await readings.afterStop()).toBe(0)
  })
})
