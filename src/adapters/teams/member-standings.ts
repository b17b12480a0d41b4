import { AppError } from '../../kernel/errors.ts'
import { VendorRejectedError } from '../../kernel/vendor-errors.ts'
import type { Account } from '../../domain/person.ts'
import type { AccountStanding, AccountStandings } from '../../ports/account-standing.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Member, TeamsApi } from './outgoing/teams-api.ts'
import type { TeamsConversationStore } from '../../ports/teams-conversation-store.ts'
import type { TeamsPlace } from './incoming/teams-request.ts'

export interface MemberStandings extends AccountStandings {
  /** Where the account just spoke: that conversation is asked about it. */
  see(place: TeamsPlace): void
}

interface Place {
  readonly serviceUrl: string
  readonly conversation: string
  readonly member: string
  /** They spoke there, or it is their own chat: who is not in it is not there at all. */
  readonly isTheirs: boolean
}

type Conversations = Pick<TeamsConversationStore, 'findPersonal' | 'listNewestChannels'>

interface Known {
  readonly standing: AccountStanding
  readonly askedAtMs: number
}

/** An answer counts for so long from the moment it was asked for. */
const OLDEST_MS = 60_000
const MOST_KNOWN = 5_000
const TIMEOUT_MS = 2_500
const MOST_CHANNELS = 3
const NOT_THERE: readonly string[] = ['member_not_found', 'message_not_found']

/**
 * Teams says of a member what it is only in a conversation they share with the bot. That is the one in which they spoke
 * last; a replica to which they have not spoken, which carries out what they approved at another one, asks in their own
 * chat, else in the newest channels, where not being in it says nothing.
 */
export function createMemberStandings(
  api: Pick<TeamsApi, 'getMember'>,
  conversations: Conversations,
  clock: Pick<Clock, 'monotonicMs'>,
): MemberStandings {
  const seen = new Map<string, Place>()
  const known = new Map<string, Known>()
  const asking = new Map<string, Promise<AccountStanding>>()
  const ask = (key: string, account: Account): Promise<AccountStanding> => {
    const underWay = asking.get(key)
    if (underWay !== undefined) return underWay
    const askedAtMs = clock.monotonicMs()
    const asked = askTeams(api, conversations, account, seen.get(key))
      .then((standing) => {
        if (standing.kind !== 'unavailable') remember(known, key, { standing, askedAtMs })
        return standing
      })
      .finally(() => asking.delete(key))
    asking.set(key, asked)
    return asked
  }
  return {
    see: ({ account, serviceUrl, conversation, member }) => {
      remember(seen, keyOf(account), { serviceUrl, conversation, member, isTheirs: true })
    },
    standingOf: async (account) => {
      const key = keyOf(account)
      const last = known.get(key)
      if (last !== undefined && clock.monotonicMs() - last.askedAtMs < OLDEST_MS) return last.standing
      return ask(key, account)
    },
  }
}

function keyOf({ tenant, user }: Pick<Account, 'tenant' | 'user'>): string {
  return `${tenant}/${user}`
}

function remember<Value>(map: Map<string, Value>, key: string, value: Value): void {
  // Deleted first, so that the oldest are the first in the map.
  map.delete(key)
  map.set(key, value)
  const [oldest] = map.keys()
  if (map.size > MOST_KNOWN && oldest !== undefined) map.delete(oldest)
}

async function askTeams(
  api: Pick<TeamsApi, 'getMember'>,
  conversations: Conversations,
  account: Account,
  seen: Place | undefined,
): Promise<AccountStanding> {
  try {
    const places = seen === undefined ? await findPlaces(conversations, account) : [seen]
    let standing: AccountStanding = { kind: 'unavailable', detail: 'no conversation with it is known' }
    for (const place of places) {
      standing = await askIn(api, account, place)
      if (standing.kind !== 'unavailable') return standing
    }
    return standing
  } catch (error) {
    return unavailable(error)
  }
}

async function findPlaces(conversations: Conversations, { tenant, user }: Account): Promise<readonly Place[]> {
  const personal = await conversations.findPersonal(tenant, user)
  const found = personal === undefined ? await conversations.listNewestChannels(tenant, MOST_CHANNELS) : [personal]
  return found.map(({ id, serviceUrl }) => ({
    ...{ serviceUrl, conversation: id, member: user },
    isTheirs: personal !== undefined,
  }))
}

async function askIn(
  api: Pick<TeamsApi, 'getMember'>,
  account: Account,
  { serviceUrl, conversation, member, isTheirs }: Place,
): Promise<AccountStanding> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    return judgeMember(await api.getMember(serviceUrl, conversation, member, signal), account)
  } catch (error) {
    const isNotThere = error instanceof VendorRejectedError && NOT_THERE.includes(error.vendorCode)
    return isNotThere && isTheirs ? { kind: 'refused', fault: 'unknown' } : unavailable(error)
  }
}

function unavailable(error: unknown): AccountStanding {
  return { kind: 'unavailable', detail: error instanceof AppError ? error.message : String(error) }
}

function judgeMember(member: Member, account: Account): AccountStanding {
  if (member.account !== account.user) return { kind: 'refused', fault: 'unknown' }
  if (member.role === 'guest') return { kind: 'refused', fault: 'guest' }
  const isOfTenant = member.tenant === null || member.tenant === account.tenant
  if (!isOfTenant || member.role === 'anonymous') return { kind: 'refused', fault: 'external' }
  return { kind: 'member' }
}
