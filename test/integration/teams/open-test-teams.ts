import { APP_ID, TENANT } from '../../fakes/teams/activities.ts'
import { FakeConnector } from '../../fakes/teams/fake-connector.ts'
import { OpenIdServer } from '../../fakes/teams/openid-server.ts'
import { createDeliveryStore } from '../../../src/store/delivery-store.ts'
import { createTeamsConversationStore } from '../../../src/store/teams-conversation-store.ts'
import { createTestDatabase } from '../../support/postgres.ts'
import { openDatabase } from '../../../src/store/database.ts'
import { openHttpServer } from '../../../src/adapters/http/open-http-server.ts'
import { openTeams } from '../../../src/adapters/teams/open-teams.ts'
import { silentLogger } from '../../../src/kernel/silent-logger.ts'
import { systemClock } from '../../../src/kernel/clock.ts'
import type { Account } from '../../../src/domain/person.ts'
import type { CountedRefusal } from '../../../src/adapters/http/refusal-meter.ts'
import type { HomeAnswer, Press, Reply, Utterance } from '../../../src/orchestrator/index.ts'
import type { HttpServer } from '../../../src/adapters/http/open-http-server.ts'
import type { Logger } from '../../../src/kernel/logger.ts'
import type { Teams } from '../../../src/adapters/teams/open-teams.ts'
import type { TeamsConversationStore } from '../../../src/ports/teams-conversation-store.ts'

const OUTGOING = 'outgoing-token-0001'

/** The whole adapter on a real server, a real database, a fake connector and a real OpenID server; what it hands on is noted. */
export interface TestTeams {
  readonly url: string
  readonly connector: FakeConnector
  readonly openId: OpenIdServer
  readonly teams: Teams
  readonly conversations: TeamsConversationStore
  readonly said: Utterance[]
  readonly pressed: Press[]
  readonly refusals: string[]
  readonly counted: Map<string, number>
  answer: (request: Utterance | Press) => Promise<Reply> | Reply
  home: (account: Account) => Promise<HomeAnswer>
  /** With a genuine token for the address the activity names, unless another header is given. */
  send(activity: object, authorization?: string | null): Promise<TeamsResponse>
  close(): Promise<void>
}

export interface TeamsResponse {
  readonly status: number
  readonly body: unknown
}

export interface TestTeamsOptions {
  /** The twin of the guarded front: whatever comes counts as genuine. */
  readonly isUnguarded?: boolean
  readonly isInsecureLocal?: boolean
  readonly log?: Logger
}

export async function openTestTeams(options: TestTeamsOptions = {}): Promise<TestTeams> {
  const database = await createTestDatabase()
  const connection = await openDatabase({ url: database.url, applicationName: 'teams-test', maxConnections: 5 })
  const connector = new FakeConnector()
  const openId = new OpenIdServer()
  await Promise.all([connector.server.listen(), openId.server.listen()])
  const isLocal = options.isInsecureLocal === true
  connector.token = isLocal ? undefined : OUTGOING
  const refusals: string[] = []
  const counted = new Map<string, number>()
  const telemetry = {
    count: (name: string) => void counted.set(name, (counted.get(name) ?? 0) + 1),
    observeSeconds: () => undefined,
  }
  const shared = { log: options.log ?? silentLogger, telemetry, clock: systemClock }
  const server = openHttpServer({
    ...{ host: '127.0.0.1', port: 0 },
    ...shared,
    onRefused: async ({ reason, count }: CountedRefusal) => {
      refusals.push(...Array.from({ length: count }, () => reason))
    },
  })
  const conversations = createTeamsConversationStore(connection.db)
  const teams = await openTeams({
    ...shared,
    settings: {
      appId: isLocal ? null : APP_ID,
      appPassword: isLocal ? null : 'app-password-0001',
      tenantId: isLocal ? null : TENANT,
      appType: 'SingleTenant',
      isInsecureLocal: isLocal,
    },
    say: async (utterance) => {
      test.said.push(utterance)
      return test.answer(utterance)
    },
    press: async (press) => {
      test.pressed.push(press)
      return test.answer(press)
    },
    home: (account) => test.home(account),
    deliveries: createDeliveryStore(connection.db),
    conversations,
    recordRefusal: async (reason) => {
      refusals.push(reason)
    },
    ...(isLocal ? {} : { overrides: { openIdMetadataUrl: openId.metadataUrl, outgoingToken: OUTGOING } }),
  })
  teams.mount(options.isUnguarded === true ? unguarded(server) : server)
  const { url } = await server.listen()
  const test: TestTeams = {
    url: `${url}/api/messages`,
    ...{ connector, openId, teams, conversations, refusals, counted },
    said: [],
    pressed: [],
    answer: () => replyOf('Done.'),
    home: async () => ({ kind: 'refused', reply: replyOf('Nobody is at home.', { kind: 'refused' }) }),
    send: async (activity, authorization) => {
      const address = String((activity as { serviceUrl?: unknown }).serviceUrl)
      const given = authorization === undefined ? `Bearer ${openId.token(APP_ID, address)}` : authorization
      const response = await fetch(`${url}/api/messages`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(given === null || isLocal ? {} : { authorization: given }) },
        body: JSON.stringify(activity),
      })
      const text = await response.text()
      return { status: response.status, body: text === '' ? null : (JSON.parse(text) as unknown) }
    },
    close: async () => {
      await server.close()
      await teams.close()
      await Promise.all([connector.server.close(), openId.server.close()])
      await connection.close()
      await database.drop()
    },
  }
  return test
}

/** Without the check of who sends: what the guard keeps out is then let in. */
function unguarded(server: Pick<HttpServer, 'mount'>): Pick<HttpServer, 'mount'> {
  return {
    mount: (route) => {
      server.mount({
        ...route,
        authentication: {
          kind: 'body',
          name: 'none',
          check: ({ body }) => ({ ok: true, who: JSON.parse(Buffer.from(body).toString('utf8')) as never }),
        },
      })
    },
  }
}

export function replyOf(text: string, changes: Partial<Reply> = {}): Reply {
  return {
    ...{ kind: 'answer', code: 'done', text, rows: [], preformatted: null, card: null },
    ...{ shared: false, incidentId: null },
    ...changes,
  }
}
