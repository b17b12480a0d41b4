import { AppError } from '../../kernel/errors.ts'
import { VendorRejectedError } from '../../kernel/vendor-errors.ts'
import type { Account } from '../../domain/person.ts'
import type { AccountStanding, AccountStandings } from '../../ports/account-standing.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Member, TeamsApi } from './outgoing/teams-api.ts'
import type { TeamsPlace } from './incoming/teams-request.ts'

export interface MemberStandings extends AccountStandings {
  /** Where the account just spoke: that conversation is asked about it. */
  see(place: TeamsPlace): void
}

type Seen = Pick<TeamsPlace, 'serviceUrl' | 'conversation' | 'member'>

interface Known {
  readonly standing: AccountStanding
  readonly askedAtMs: number
}

/** An answer counts for so long from the moment it was asked for. */
const OLDEST_MS = 60_000
const MOST_KNOWN = 5_000
const TIMEOUT_MS = 2_500
const NOT_THERE: readonly string[] = ['member_not_found', 'message_not_found']

/**
 * Teams says of a member what it is only in a conversation they share with the bot: the one in which they spoke last.
 * Who has not spoken since the start has not asked for anything either.
 */
export function createMemberStandings(
  api: Pick<TeamsApi, 'getMember'>,
  clock: Pick<Clock, 'monotonicMs'>,
): MemberStandings {
  const seen = new Map<string, Seen>()
  const known = new Map<string, Known>()
  return {
    see: ({ account, serviceUrl, conversation, member }) => {
      remember(seen, keyOf(account), { serviceUrl, conversation, member })
    },
    standingOf: async (account) => {
      const key = keyOf(account)
      const last = known.get(key)
      if (last !== undefined && clock.monotonicMs() - last.askedAtMs < OLDEST_MS) return last.standing
      const askedAtMs = clock.monotonicMs()
      const standing = await askTeams(api, account, seen.get(key))
      if (standing.kind !== 'unavailable') remember(known, key, { standing, askedAtMs })
      return standing
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
  account: Account,
  where: Seen | undefined,
): Promise<AccountStanding> {
  if (where === undefined) return { kind: 'unavailable', detail: 'it has not spoken in Teams since the start' }
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    const member = await api.getMember(where.serviceUrl, where.conversation, where.member, signal)
    return judgeMember(member, account)
  } catch (error) {
    const isUnknown = error instanceof VendorRejectedError && NOT_THERE.includes(error.vendorCode)
    if (isUnknown) return { kind: 'refused', fault: 'unknown' }
    return { kind: 'unavailable', detail: error instanceof AppError ? error.message : String(error) }
  }
}

function judgeMember(member: Member, account: Account): AccountStanding {
  if (member.account !== account.user) return { kind: 'refused', fault: 'unknown' }
  if (member.role === 'guest') return { kind: 'refused', fault: 'guest' }
  const isOfTenant = member.tenant === null || member.tenant === account.tenant
  if (!isOfTenant || member.role === 'anonymous') return { kind: 'refused', fault: 'external' }
  return { kind: 'member' }
}
