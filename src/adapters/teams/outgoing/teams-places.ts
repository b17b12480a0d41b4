import { VendorUnreachableError } from '../../../kernel/vendor-errors.ts'
import type { TeamsConversation, TeamsConversationStore } from '../../../ports/teams-conversation-store.ts'
import type { TeamsSettings } from '../teams-settings.ts'

export interface TeamsPlaces {
  /** Where a channel or group chat is spoken to. */
  placeOf(channel: string): Promise<{ readonly serviceUrl: string; readonly isChannel: boolean }>
  /** Of a person of the tenant. */
  serviceUrlFor(tenant: string): Promise<string>
  findPersonal(tenant: string, account: string): Promise<TeamsConversation | undefined>
  remember(conversation: TeamsConversation): Promise<void>
  /** How we are named in conversations. */
  readonly bot: string
}

/** Takes messages for every tenant; used until the first activity has named a nearer one. */
const GLOBAL_SERVICE_URL = 'https://smba.trafficmanager.net/teams/'

/** Where things are in Teams, as the activities from there have told; the newest service address counts. */
export function createTeamsPlaces(
  settings: TeamsSettings,
  store: Pick<TeamsConversationStore, 'find' | 'findPersonal' | 'findNewestServiceUrl' | 'remember'>,
): TeamsPlaces {
  const anyServiceUrl = async (tenant: string | null): Promise<string> => {
    const newest = await store.findNewestServiceUrl(tenant)
    if (newest !== undefined) return newest
    if (!settings.isInsecureLocal) return GLOBAL_SERVICE_URL
    throw new VendorUnreachableError('Teams', 'nothing has come from there yet, so its address is not known')
  }
  return {
    bot: `28:${settings.appId ?? 'countersign'}`,
    placeOf: async (channel) => {
      const known = await store.find(channel)
      const serviceUrl = known?.serviceUrl ?? (await anyServiceUrl(settings.tenantId))
      return { serviceUrl, isChannel: known === undefined || known.kind === 'channel' }
    },
    serviceUrlFor: (tenant) => anyServiceUrl(tenant),
    findPersonal: (tenant, account) => store.findPersonal(tenant, account),
    remember: (conversation) => store.remember(conversation),
  }
}
