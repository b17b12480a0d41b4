import { AppError } from '../../../kernel/errors.ts'
import { SlackUser, judgeUser } from './judge-user.ts'
import { VendorRejectedError } from '../../../kernel/vendor-errors.ts'
import { z } from 'zod'
import type { Account } from '../../../domain/person.ts'
import type { AccountStanding, AccountStandings } from '../../../ports/account-standing.ts'
import type { Clock } from '../../../kernel/clock.ts'
import type { SlackHome, SlackHomes } from '../homes/slack-homes.ts'

export interface SlackStandings extends AccountStandings {
  /** Asks ahead, so that the answer is there when the account decides. */
  warm(account: Pick<Account, 'tenant' | 'user'>): void
}

/** An answer counts for so long from the moment it was asked for. */
const OLDEST_MS = 60_000
/** Whoever is active is asked about again before that, while the known answer still counts. */
const REFRESH_MS = 30_000
const MOST_KNOWN = 5_000
const TIMEOUT_MS = 3_000
const UNKNOWN_CODES: readonly string[] = ['user_not_found', 'users_not_found', 'user_not_visible']

const Answer = z.object({ user: SlackUser })

interface Known {
  readonly standing: AccountStanding
  readonly askedAtMs: number
}

/** `users.info`, remembered for a short while by account; one question at a time for each. */
export function createSlackStandings(homes: SlackHomes, clock: Pick<Clock, 'monotonicMs'>): SlackStandings {
  const known = new Map<string, Known>()
  const asking = new Map<string, Promise<AccountStanding>>()
  const ask = (key: string, account: Pick<Account, 'tenant' | 'user'>): Promise<AccountStanding> => {
    const underWay = asking.get(key)
    if (underWay !== undefined) return underWay
    const askedAtMs = clock.monotonicMs()
    const asked = askSlack(homes, account)
      .then((standing) => {
        if (standing.kind !== 'unavailable') remember(known, key, { standing, askedAtMs })
        return standing
      })
      .finally(() => asking.delete(key))
    asking.set(key, asked)
    return asked
  }
  const standingOf = async (account: Pick<Account, 'tenant' | 'user'>): Promise<AccountStanding> => {
    const key = `${account.tenant}/${account.user}`
    const last = known.get(key)
    const ageMs = last === undefined ? OLDEST_MS : clock.monotonicMs() - last.askedAtMs
    if (last === undefined || ageMs >= OLDEST_MS) return ask(key, account)
    if (ageMs >= REFRESH_MS) void ask(key, account)
    return last.standing
  }
  return { standingOf, warm: (account) => void standingOf(account) }
}

function remember(known: Map<string, Known>, key: string, answer: Known): void {
  // Deleted first, so that the oldest answers are the first in the map.
  known.delete(key)
  known.set(key, answer)
  const [oldest] = known.keys()
  if (known.size > MOST_KNOWN && oldest !== undefined) known.delete(oldest)
}

async function askSlack(
  homes: SlackHomes,
  { tenant, user }: Pick<Account, 'tenant' | 'user'>,
): Promise<AccountStanding> {
  try {
    const asked = homesFor(await homes.list(), tenant)
    let standing: AccountStanding = { kind: 'refused', fault: 'external' }
    for (const home of asked) {
      standing = await askHome(home, user)
      if (standing.kind === 'member') return standing
    }
    return standing
  } catch (error) {
    return { kind: 'unavailable', detail: error instanceof AppError ? error.message : String(error) }
  }
}

/** Their own workspace, else the organisations, one of which it may belong to; the only home there is judges everybody. */
function homesFor(homes: readonly SlackHome[], tenant: string): readonly SlackHome[] {
  const own = homes.filter((home) => home.id === tenant)
  if (own.length > 0) return own
  return homes.length === 1 ? homes : homes.filter((home) => home.isOrganisation)
}

async function askHome(home: SlackHome, user: string): Promise<AccountStanding> {
  try {
    const answer = await home.api.call('users.info', { user }, Answer, AbortSignal.timeout(TIMEOUT_MS))
    return answer.user.id === user ? judgeUser(answer.user, home) : { kind: 'refused', fault: 'unknown' }
  } catch (error) {
    if (error instanceof VendorRejectedError && UNKNOWN_CODES.includes(error.vendorCode)) {
      return { kind: 'refused', fault: 'unknown' }
    }
    throw error
  }
}
