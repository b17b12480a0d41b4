import { APP_ID, TENANT, personalMessage } from '../../fakes/teams/activities.ts'
import { FakeConnector } from '../../fakes/teams/fake-connector.ts'
import { OpenIdServer } from '../../fakes/teams/openid-server.ts'
import { openHttpServer } from '../../../src/adapters/http/open-http-server.ts'
import { openTeams } from '../../../src/adapters/teams/open-teams.ts'
import { silentLogger } from '../../../src/kernel/silent-logger.ts'
import { silentTelemetry } from '../../../src/telemetry/silent-telemetry.ts'
import { systemClock } from '../../../src/kernel/clock.ts'
import type { Clock } from '../../../src/kernel/clock.ts'
import type { Account } from '../../../src/domain/person.ts'
import type { Teams } from '../../../src/adapters/teams/open-teams.ts'
import type { TeamsConversation, TeamsConversationStore } from '../../../src/ports/teams-conversation-store.ts'

export interface TeamsWorld {
  readonly connector: FakeConnector
  readonly teams: Teams
  remember(change: Pick<TeamsConversation, 'id' | 'kind'> & Partial<TeamsConversation>): Promise<void>
  /** The account says something in its own chat, which nobody carries out. */
  speak(account: Account): Promise<void>
  close(): Promise<void>
}

/** Our side of the connector against a fake one; what is remembered lives in memory. */
export async function openTeamsWorld({ clock = systemClock }: { readonly clock?: Clock } = {}): Promise<TeamsWorld> {
  const connector = new FakeConnector()
  connector.token = 'outgoing-token-0001'
  const openId = new OpenIdServer()
  await Promise.all([connector.server.listen(), openId.server.listen()])
  const conversations = inMemory()
  const refused = async () => ({
    ...({ kind: 'refused', code: 'x', text: '', rows: [], preformatted: null, card: null } as const),
    ...{ shared: false, incidentId: null },
  })
  const shared = { log: silentLogger, telemetry: silentTelemetry, clock }
  const teams = await openTeams({
    ...shared,
    settings: { appId: APP_ID, appPassword: 'x', tenantId: TENANT, appType: 'SingleTenant', isInsecureLocal: false },
    say: refused,
    press: refused,
    home: async () => ({ kind: 'refused', reply: await refused() }),
    deliveries: { serve: async () => undefined, served: async () => undefined, servedAnswer: async () => undefined },
    conversations,
    recordRefusal: async () => undefined,
    overrides: { openIdMetadataUrl: openId.metadataUrl, outgoingToken: connector.token },
  })
  const server = openHttpServer({ host: '127.0.0.1', port: 0, ...shared })
  teams.mount(server)
  const { url } = await server.listen()
  const remember: TeamsWorld['remember'] = (change) =>
    conversations.remember({
      ...{ tenant: TENANT, personAccount: null, serviceUrl: connector.serviceUrl, reference: {} },
      ...change,
    })
  await remember({ id: '19:other@thread.tacv2', kind: 'channel' })
  return {
    connector,
    teams,
    remember,
    speak: async ({ user }) => {
      const from = { id: `29:${user.replace('aad-', '')}`, aadObjectId: user, name: 'Ana' }
      const { serviceUrl } = connector
      const token = openId.token(APP_ID, serviceUrl)
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
      const activity = { ...personalMessage(from, '', { serviceUrl }), type: 'typing' }
      await fetch(`${url}/api/messages`, { method: 'POST', headers, body: JSON.stringify(activity) })
    },
    close: async () => {
      await server.close()
      await teams.close()
      await Promise.all([connector.server.close(), openId.server.close()])
    },
  }
}

function inMemory(): TeamsConversationStore {
  const known = new Map<string, TeamsConversation>()
  const newest = () => [...known.values()].reverse()
  return {
    remember: async (conversation) => {
      known.delete(conversation.id)
      known.set(conversation.id, conversation)
    },
    find: async (id) => known.get(id),
    findPersonal: async (_tenant, account) => newest().find(({ personAccount }) => personAccount === account),
    listNewestChannels: async (_tenant, most) =>
      newest()
        .filter(({ kind }) => kind === 'channel')
        .slice(0, most),
    findNewestServiceUrl: async () => newest()[0]?.serviceUrl,
    markRemoved: async (id) => void known.delete(id),
  }
}
