import { createHmac } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { createPolicyEngine } from '../../../src/policy/cedar-engine.ts'
import { createTestDatabase } from '../../support/postgres.ts'
import { mountWebhooks } from '../../../src/adapters/webhooks/mount-webhooks.ts'
import { openHttpServer } from '../../../src/adapters/http/open-http-server.ts'
import { openReplica } from '../../fakes/counting-target/replica.ts'
import { parsePolicies } from '../../../src/policy/parse-policies.ts'
import { recordRefusal } from '../../../src/orchestrator/record-refusal.ts'
import { RefusedError } from '../../../src/kernel/errors.ts'
import { silentLogger } from '../../../src/kernel/silent-logger.ts'
import { webhookSources } from '../../../src/adapters/webhooks/webhook-sources.ts'
import type { ActionRunner } from '../../../src/ports/action-runner.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { HttpServer, HttpServerOptions } from '../../../src/adapters/http/open-http-server.ts'
import type { JsonObject } from '../../../src/kernel/json.ts'
import type { Service, ServiceCatalog } from '../../../src/domain/service-catalog.ts'
import type { Stores } from '../../../src/ports/stores.ts'
import type { WebhookSource } from '../../../src/adapters/webhooks/webhook-source.ts'

export const TOKEN = 'token-of-the-webhooks'
export const GITHUB_SECRET = 'secret-of-github'

export interface IntakeOptions {
  readonly server?: Partial<HttpServerOptions>
  /** What a twin test takes out of the real sources. */
  readonly weaken?: (sources: readonly WebhookSource[]) => readonly WebhookSource[]
  /** Another server in between, on which the sources are mounted. */
  readonly around?: (server: HttpServer) => HttpServer
  readonly stores?: (stores: Stores) => Stores
  readonly catalog?: ServiceCatalog
  readonly tokens?: readonly string[]
  readonly githubSecrets?: readonly string[]
  /** A further replica on the database of another world. */
  readonly databaseUrl?: string
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: JsonObject
}

export interface IntakeWorld {
  readonly url: string
  readonly databaseUrl: string
  readonly deps: Deps
  readonly server: HttpServer
  /** Jobs that were asked for. */
  readonly hints: { readonly name: string; readonly data: JsonObject; readonly key: string | undefined }[]
  /** With the token, unless other headers are given. */
  post(path: string, body: string | Uint8Array | object, headers?: Record<string, string>): Promise<Answer>
  /** Signed, as GitHub does. */
  postGithub(event: string, body: object | string, headers?: Record<string, string>): Promise<Answer>
  /** As a superuser of this test's own database. */
  sql<Row extends Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<Row[]>
  count(table: string): Promise<number>
  close(): Promise<void>
}

/** The real HTTP server with the real sources, intents, policies and stores on real Postgres. */
export async function openIntakeWorld(options: IntakeOptions = {}): Promise<IntakeWorld> {
  const database = options.databaseUrl === undefined ? await createTestDatabase() : undefined
  const databaseUrl = options.databaseUrl ?? database?.url ?? ''
  const hints: IntakeWorld['hints'] = []
  const replica = await openReplica({
    url: databaseUrl,
    actions: NO_ACTIONS,
    queueOf: () => ({
      enqueue: async (name, data, job) => {
        hints.push({ name, data, key: job?.singletonKey })
      },
    }),
    authorize: realPolicies(),
    ...(options.stores === undefined ? {} : { stores: options.stores }),
  })
  const deps: Deps = { ...replica.deps, catalog: options.catalog ?? CATALOG }
  const server = openServer(deps, options)
  const { url } = await server.listen()
  const owner = database === undefined ? undefined : new Client({ connectionString: database.ownerUrl })
  await owner?.connect()
  const sql: IntakeWorld['sql'] = async (text, values = []) => {
    if (owner === undefined) throw new Error('Ask the world that owns the database.')
    return (await owner.query(text, [...values])).rows as never
  }
  return {
    ...{ url, databaseUrl, deps, server, hints, sql },
    post: (path, body, headers) => send(`${url}${path}`, body, headers ?? { authorization: `Bearer ${TOKEN}` }),
    postGithub: (event, body, headers) => {
      const text = typeof body === 'string' ? body : JSON.stringify(body)
      const signature = { 'x-hub-signature-256': signGithub(text), 'x-github-event': event }
      return send(`${url}/webhooks/github`, text, { ...signature, ...headers })
    },
    count: async (table) => (await sql<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`))[0]?.n ?? -1,
    close: async () => {
      await server.close()
      await replica.close()
      await owner?.end()
      await database?.drop()
    },
  }
}

function openServer(deps: Deps, options: IntakeOptions): HttpServer {
  const server = openHttpServer({
    host: '127.0.0.1',
    port: 0,
    log: silentLogger,
    telemetry: deps.telemetry,
    onRefused: (refusal) => recordRefusal(deps, { ...refusal, origin: 'webhook' }),
    ...options.server,
  })
  const secrets = { tokens: options.tokens ?? [TOKEN], githubSecrets: options.githubSecrets ?? [GITHUB_SECRET] }
  const sources = webhookSources(secrets, deps.catalog, deps.clock)
  mountWebhooks(options.around?.(server) ?? server, deps, options.weaken?.(sources) ?? sources)
  return server
}

export function signGithub(body: string | Uint8Array, secret = GITHUB_SECRET): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`
}

async function send(
  url: string,
  body: string | Uint8Array | object,
  headers: Readonly<Record<string, string>>,
): Promise<Answer> {
  const isRaw = typeof body === 'string' || body instanceof Uint8Array
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: isRaw ? (body as string) : JSON.stringify(body),
  })
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? {} : (JSON.parse(text) as JsonObject),
  }
}

const POLICIES = fileURLToPath(new URL('../../../policies/', import.meta.url))

/** The policies of the repository, so that a source that they forget is refused here as well. */
function realPolicies(): Deps['authorize'] {
  const files = readdirSync(POLICIES)
    .filter((name) => name.endsWith('.cedar'))
    .map((file) => ({ file, text: readFileSync(`${POLICIES}${file}`, 'utf8') }))
  const { policies, problems } = parsePolicies(files)
  if (problems.length > 0) throw new Error(JSON.stringify(problems))
  const engine = createPolicyEngine(policies)
  return (request) => engine.authorize(request)
}

function serviceOf(name: string, rest: Partial<Service> = {}): Service {
  return {
    name,
    owner: 'team-shop',
    dependsOn: [],
    system: null,
    criticality: 2,
    argocd: { app: `${name}-prod`, project: null },
    lambda: null,
    pagerdutyServiceId: null,
    repository: `shop/${name}`,
    mode: null,
    links: [],
    ...rest,
  }
}

function catalogWith(...services: readonly Service[]): ServiceCatalog {
  return { services: new Map(services.map((service) => [service.name, service])) }
}

/** frontend → checkout → payments, and search beside them; ledger and billing share a repository. */
const CATALOG = catalogWith(
  serviceOf('frontend', { dependsOn: ['checkout'] }),
  serviceOf('checkout', { dependsOn: ['payments'], criticality: 1 }),
  serviceOf('payments'),
  serviceOf('search', { criticality: 4 }),
  serviceOf('ledger', { repository: 'shop/money' }),
  serviceOf('billing', { repository: 'shop/money' }),
)

const NO_ACTIONS: ActionRunner = {
  available: [],
  describe: () => {
    throw new RefusedError('not_configured', 'No action is configured in this test.')
  },
  readState: () => Promise.resolve(null),
  perform: () => Promise.reject(new Error('nothing is performed here')),
  poll: () => Promise.reject(new Error('nothing is performed here')),
  reconcile: () => Promise.reject(new Error('nothing is performed here')),
}
