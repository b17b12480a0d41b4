import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { strFromU8, unzipSync } from 'fflate'
import { createLogger } from '../../../src/telemetry/create-logger.ts'
import { loadConfig } from '../../../src/config/load-config.ts'
import { openApp } from '../../../src/app.ts'
import { redactLogLine } from '../../../src/audit/redact-texts.ts'
import { secretsOf } from '../../../src/app/open-audit.ts'
import { FakeConnector } from '../../fakes/teams/fake-connector.ts'
import { VendorServer } from '../../fakes/vendor-server.ts'
import { CHANNEL as TEAMS_CHANNEL, installation, teamsUser } from '../../fakes/teams/activities.ts'
import { ANA, CHANNEL, SECRETS, openShop } from '../operations/shop.ts'
import { eventually } from '../operations/eventually.ts'
import { runHere } from '../operations/installation.ts'
import { fires, pushBody } from '../intake/payloads.ts'
import { signGithub } from '../intake/intake-world.ts'
import { startFakeOpenAi } from '../../fakes/openai/fake-openai.ts'
import { ASSIGNED, CONFIGURED, FURTHER, LOOK_ALIKES, WRITINGS } from './canaries.ts'
import type { Shop } from '../operations/shop.ts'

/** Every place where text leaves, as one text each. */
export type Sinks = Readonly<Record<SinkName, string>>
export const SINKS = [
  ...(['slack', 'teams', 'model', 'log', 'audit', 'json', 'pages', 'answers', 'metrics'] as const),
  ...(['pack', 'picture', 'lists', 'pager'] as const),
] as const
type SinkName = (typeof SINKS)[number]

const WRITTEN = [...CONFIGURED, ...LOOK_ALIKES].flatMap((secret) => WRITINGS.map(({ write }) => write(secret)))
const CARRIED = [...WRITTEN.slice(0, CONFIGURED.length * WRITINGS.length), ...LOOK_ALIKES, ASSIGNED.written]

/**
 * The whole product over fakes that keep what they are sent: alerts with canaries in labels and annotations, in headers,
 * addresses, malformed and binary bodies, in the errors of vendors, in a commit message and in words of chat.
 *
 * @param secrets what is taken out; undefined takes the product's own list
 */
export async function tellStory(secrets?: readonly string[]): Promise<Sinks> {
  const closers: (() => Promise<unknown>)[] = []
  try {
    return await storyIn(await openWorld(secrets, closers))
  } finally {
    for (const close of closers.reverse()) await close()
  }
}

interface World {
  readonly shop: Shop
  /** Every vendor but the model and the surfaces; it takes what comes and answers that it is wrong. */
  readonly vendor: VendorServer
  /** False in the twin: then nobody knows a secret, the command line neither. */
  readonly knowsSecrets: boolean
  readonly url: string
  readonly log: () => string
  readonly teams: FakeConnector
  readonly prompts: () => string
  readonly answers: string[]
}

async function openWorld(secrets: readonly string[] | undefined, closers: (() => Promise<unknown>)[]): Promise<World> {
  const broken = new VendorServer(() => ({ status: 400, body: { error: `no: ${CARRIED.join(' and ')}` } }))
  const teams = new FakeConnector()
  const model = await startFakeOpenAi(() => ({
    kind: 'status',
    status: 400,
    body: JSON.stringify({ error: { message: `no: ${CARRIED.join(' and ')}` } }),
  }))
  closers.push(() => model.close())
  await Promise.all([broken.listen(), teams.server.listen()])
  closers.push(
    () => broken.close(),
    () => teams.server.close(),
  )
  const shop = await openShop(
    {
      ...FURTHER,
      LOG_LEVEL: 'debug',
      OPENAI_BASE_URL: model.baseUrl,
      ARGOCD_SERVER: broken.url,
      PROMETHEUS_URL: broken.url,
      PAGERDUTY_EVENTS_URL: broken.url,
      TEAMS_INSECURE_LOCAL: '1',
    },
    [`teams: { channel: '${TEAMS_CHANNEL}' }`],
  )
  closers.push(() => shop.close())
  const config = await loadConfig({
    variables: shop.installation.variables,
    configPath: undefined,
    workingFolder: shop.installation.folder,
  })
  const lines: string[] = []
  const taken = secrets ?? secretsOf(config)
  const log = createLogger({
    level: 'debug',
    replicaId: 'r-canary',
    redact: (line) => redactLogLine(line, { secrets: taken }),
    write: (line) => lines.push(line),
  })
  const app = await openApp({ config, log, replicaId: 'r-canary', roles: ['web', 'worker'], secrets })
  closers.push(() => app.close())
  const prompts = () => JSON.stringify(model.requests.map(({ body }) => body))
  const own = { vendor: broken, knowsSecrets: secrets === undefined }
  return { ...own, shop, url: app.url, log: () => lines.join(''), teams, prompts, answers: [] }
}

async function storyIn(world: World): Promise<Sinks> {
  const { shop, url, teams } = world
  const slack = shop.connectSlack(url)
  const where = { serviceUrl: teams.serviceUrl, conversation: TEAMS_CHANNEL }
  await post(world, '/api/messages', JSON.stringify(installation(teamsUser('ana'), 'add', where)), {})
  await pushCommit(world)
  await post(world, '/webhooks/alertmanager', JSON.stringify(alertWith(CARRIED.join(' '))), trusted())
  await eventually('the card is posted in Slack', () => shop.card() !== undefined)
  await eventually('the card is posted in Teams', () => teams.messages.length > 0)
  await leaveBehind(world)
  for (const carried of CARRIED) await throwAt(world, carried)
  for (const [index, carried] of CARRIED.entries()) {
    await slack.command(ANA, `note INC-1 number ${String(index)} is ${carried}`, CHANNEL)
    await slack.command(ANA, `run INC-1 ${carried}`, CHANNEL)
  }
  await eventually('the model was asked', () => world.prompts().length > 2)
  await eventually('the notes stand', async () => {
    const [row] = await shop.sql<{ n: number }>(
      "SELECT count(*)::int AS n FROM timeline_entries WHERE incident_id = 'INC-1'",
    )
    return (row?.n ?? 0) >= CARRIED.length
  })
  await eventually('all is delivered', async () => {
    const [row] = await shop.sql<{ n: number }>(
      "SELECT count(*)::int AS n FROM outbox_messages WHERE incident_id = 'INC-1' AND state = 'waiting'",
    )
    return row?.n === 0
  })
  return readSinks(world)
}

/** What lies in tables in the words of vendors and senders: dead letters, jobs that were given up, measurements. */
async function leaveBehind({ shop }: World): Promise<void> {
  const words = (text: string) => `'${text.replaceAll("'", "''")}'`
  const all = CARRIED.join(' and ')
  const failure = JSON.stringify({ name: 'Error', message: all, stack: `Error: ${all}\n    at x (y.ts:1:1)` })
  await shop.sql(`INSERT INTO pgboss.job (name, data, source_name, source_output)
    VALUES ('dead-jobs', '{"incidentId":"INC-1"}', 'incident.refresh', ${words(failure)})`)
  await shop.sql(`INSERT INTO outbox_messages (kind, incident_id, surface, payload, priority, coalesce_key, state, last_error)
    SELECT kind, incident_id, surface, payload, priority, 'dead', 'dead', ${words(all)} FROM outbox_messages LIMIT 1`)
  // One each, since the words of a picture are few.
  const points = [0, 60, 120].map((seconds) => [1_700_000_000 + seconds, seconds])
  const data = JSON.stringify({ alert: CONFIGURED.slice(0, 3).join(' '), points })
  await shop.sql(`INSERT INTO evidence (incident_id, key, kind, source, at, fact, data)
    VALUES ('INC-1', 'drawn', 'metric', 'prometheus', now(), ${words(all)}, ${words(data)})`)
}

function alertWith(text: string): object {
  return fires({
    name: 'Leak',
    labels: { instance: text.slice(0, 500), pod: SECRETS.COUNTERSIGN_API_TOKEN },
    annotations: { summary: text.slice(0, 900), description: `https://x.example/?token=${text}` },
  })
}

function trusted(): Readonly<Record<string, string>> {
  return { authorization: `Bearer ${SECRETS.COUNTERSIGN_WEBHOOK_TOKEN}` }
}

/** By known senders and by strangers, in places that are read and in places that are refused. */
async function throwAt(world: World, carried: string): Promise<void> {
  const inHeader = carried.replaceAll('\n', ' ')
  const inUrl = encodeURIComponent(carried)
  await post(world, '/webhooks/alertmanager', JSON.stringify(alertWith(carried)), trusted())
  await post(world, `/webhooks/alertmanager?token=${inUrl}`, `{"${carried}`, trusted())
  await post(world, '/webhooks/alertmanager', JSON.stringify({ alerts: carried, [carried]: 1 }), trusted())
  await post(world, '/webhooks/alertmanager', Buffer.from(`\u0000\u00ff${carried}\u0080`, 'latin1'), trusted())
  await post(world, '/webhooks/changes', JSON.stringify({ kind: carried, [carried]: carried }), trusted())
  await post(world, `/webhooks/${inUrl}`, carried, { 'x-api-key': inHeader, authorization: `Bearer ${inHeader}` })
  await post(world, '/slack/events', `token=${inUrl}`, { 'x-slack-signature': inHeader })
  await post(world, '/api/messages', carried, { authorization: `Bearer ${inHeader}` })
  for (const path of [`incidents?state=${inUrl}`, `incidents/${inUrl}`, `runs/${inUrl}`]) await get(world, path)
}

async function pushCommit(world: World): Promise<void> {
  const message = `Raise the timeout\n\n${CARRIED.join('\n\n')}`
  const commit = { ...(pushBody() as { commits: readonly object[] }).commits[0], message }
  const body = JSON.stringify(pushBody({ commits: [commit], head_commit: commit }))
  const signature = signGithub(body, SECRETS.GITHUB_WEBHOOK_SECRET)
  await post(world, '/webhooks/github', body, { 'x-github-event': 'push', 'x-hub-signature-256': signature })
}

async function post(
  { url, answers }: World,
  path: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  const answer = await fetch(`${url}${path}`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', 'x-github-delivery': crypto.randomUUID(), ...headers },
  })
  answers.push(await answer.text())
}

async function get({ url, answers }: World, path: string): Promise<string> {
  const headers = { authorization: `Bearer ${SECRETS.COUNTERSIGN_API_TOKEN}` }
  const text = await (await fetch(`${url}/api/v1/${path}`, { headers })).text()
  answers.push(text)
  return text
}

async function readSinks(world: World): Promise<Sinks> {
  const { shop, url, teams, answers } = world
  const parts = ['', '/INC-1', '/INC-1/timeline', '/INC-1/evidence', '/INC-1/changes'].map((path) => `incidents${path}`)
  const thrown = answers.join('\n')
  const json = await Promise.all([...parts, 'audit'].map((path) => get(world, path)))
  const file = join(shop.installation.folder, 'audit.jsonl')
  await shop.installation.run('audit', 'export', '--out', file)
  return {
    slack: JSON.stringify([shop.slack.calls.map(({ args }) => args), shop.slack.responses, [...shop.slack.homes]]),
    teams: JSON.stringify([teams.messages, teams.server.requests.map(({ text }) => text)]),
    model: world.prompts(),
    log: world.log(),
    audit: await readFile(file, 'utf8'),
    json: json.join('\n'),
    pages: (await pagesOf(url)).join('\n'),
    answers: thrown,
    pack: await packOf(world),
    picture: await (await fetch(`${url}/incidents/INC-1/picture.svg`, { headers: await visitor(url) })).text(),
    lists: await listsOf(world),
    pager: await pagesOfPager(world),
    metrics: await (await fetch(`${url}/metrics`)).text(),
  }
}

async function packOf({ shop }: World): Promise<string> {
  const file = join(shop.installation.folder, 'pack.zip')
  await shop.installation.run('audit', 'export', '--incident', 'INC-1', '--zip', '--out', file)
  return Object.values(unzipSync(await readFile(file)))
    .map((bytes) => strFromU8(bytes))
    .join('\n')
}

/** As somebody types it, where the twin's environment has other secrets than those that are looked for. */
async function listsOf({ shop, knowsSecrets }: World): Promise<string> {
  const { variables } = shop.installation
  const others = Object.entries({ ...SECRETS, ...FURTHER }).map(([name, value]): [string, string] => [
    name,
    value.replaceAll('canary', 'others'),
  ])
  const environment = { ...variables, ...Object.fromEntries(knowsSecrets ? [] : others) }
  const texts: string[] = []
  for (const words of ['jobs list', 'jobs list --json', 'outbox list', 'outbox list --json']) {
    const { printed, complained } = await runHere(words.split(' '), environment)
    texts.push(printed, complained)
  }
  return texts.join('\n')
}

async function pagesOfPager({ vendor }: World): Promise<string> {
  const pages = () => vendor.requests.filter(({ path }) => path === '/v2/enqueue').map(({ text }) => text)
  await eventually('the job that was given up is told to the pager', () =>
    pages().some((page) => page.includes('incident.refresh')),
  )
  // The key is what the pager knows us by.
  return pages().join('\n').replaceAll(FURTHER.PAGERDUTY_ROUTING_KEY, '')
}

async function visitor(url: string): Promise<Readonly<Record<string, string>>> {
  const signedIn = await fetch(`${url}/session`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: url, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ token: SECRETS.COUNTERSIGN_API_TOKEN }),
  })
  return {
    cookie: signedIn.headers
      .getSetCookie()
      .map((one) => one.split(';')[0] ?? '')
      .join('; '),
  }
}

async function pagesOf(url: string): Promise<readonly string[]> {
  const headers = await visitor(url)
  const read = async (path: string) => (await fetch(`${url}${path}`, { headers })).text()
  return Promise.all(['/', '/incidents/INC-1', '/audit', '/session'].map(read))
}
