import { SURFACE_WORDS } from '../domain/surface.ts'
import type { Account, Person } from '../domain/person.ts'
import type { Origin, SurfaceName } from '../domain/surface.ts'
import type { AccountStanding, StandingFault } from '../ports/account-standing.ts'
import type { RunSession } from './run-session.ts'
import { within } from './within.ts'

/** Who decided, and from where. */
export interface Said {
  readonly personId: string
  readonly surface: Origin
}

/** What the platforms say now of the accounts by which people decided. */
export interface Standings {
  /** Why what was said counts no more, one sentence; null while it counts. */
  whyNot(said: Said): string | null
  /** Person ids: the platform could not be asked about them, so what it said at the press stands. */
  readonly unasked: readonly string[]
}

const NOBODY_TO_ASK: Standings = { whyNot: () => null, unasked: [] }

const FAULTS: Readonly<Record<StandingFault, string>> = {
  guest: 'is one of a guest',
  bot: 'is one of a bot',
  external: 'belongs to another company',
  deactivated: 'is deactivated',
  unknown: 'is not known there',
}

/**
 * Asks the chat platform about each account by which somebody decided, as the press itself did; outside of every
 * transaction, all at once, and briefly. Where nobody decided in a chat it costs nothing. That a platform cannot be asked
 * takes nothing back: it vouched at the press, and an outage of chat must not stop a run half way (ADR 0021).
 */
export async function askStandings(session: RunSession, said: readonly Said[]): Promise<Standings> {
  const accounts = new Map(said.filter(isInChat).map((one) => [keyOf(one), one]))
  if (accounts.size === 0) return NOBODY_TO_ASK
  const ask = async ([key, one]: readonly [string, SaidInChat]) => [key, await askAbout(session, one)] as const
  const answers = new Map(await Promise.all([...accounts].map(ask)))
  const unasked = [...accounts].filter(([key]) => answers.get(key) === 'unasked').map(([, { personId }]) => personId)
  return {
    whyNot: (one) => {
      const answer = answers.get(keyOf(one))
      return answer === undefined || answer === 'unasked' ? null : answer.why
    },
    unasked: [...new Set(unasked)],
  }
}

interface SaidInChat extends Said {
  readonly surface: Chat
}
type Chat = Exclude<SurfaceName, 'console'>

/** A session in the console is itself the proof, and commands have no account. */
function isInChat(said: Said): said is SaidInChat {
  return said.surface === 'slack' || said.surface === 'teams'
}

function keyOf({ personId, surface }: Said): string {
  return `${surface} ${personId}`
}

type Answer = 'unasked' | { readonly why: string | null }

async function askAbout(session: RunSession, { personId, surface }: SaidInChat): Promise<Answer> {
  const person = session.deps.directory.findById(personId)
  // Who has left the directory is told apart by whoever counts.
  if (person === undefined) return { why: null }
  const account = accountOf(person, surface)
  if (account === null) return { why: `${person.name} has no account of ${SURFACE_WORDS[surface]} any more.` }
  const standing = await standingOf(session, account)
  switch (standing.kind) {
    case 'member':
      return { why: null }
    case 'refused':
      return { why: `${SURFACE_WORDS[surface]} says that the account of ${person.name} ${FAULTS[standing.fault]}.` }
    case 'unavailable':
      return 'unasked'
  }
}

/** As the directory lists it now: a decision keeps where it was given, and the directory names one account for each. */
function accountOf({ name, slack, teams }: Person, surface: Chat): Account | null {
  const ids = surface === 'slack' ? slack && { tenant: slack.team, user: slack.user } : teams
  return ids === null ? null : { surface, tenant: ids.tenant, user: ids.user, displayName: name }
}

/** Who could not be asked about a moment ago is not waited for again at every step. */
async function standingOf({ deps, unasked }: RunSession, account: Account): Promise<AccountStanding> {
  const { standingWithinMs, standingAgainMs } = deps.settings.pace
  const key = `${account.surface} ${account.tenant}/${account.user}`
  const failedAtMs = unasked.get(key)
  if (failedAtMs !== undefined && deps.clock.monotonicMs() - failedAtMs < standingAgainMs) return NOT_ASKED
  const answer = await within(standingWithinMs, deps.accountStandings.standingOf(account))
  const standing = answer === undefined ? TOO_LATE : answer.value
  if (standing.kind !== 'unavailable') {
    unasked.delete(key)
    return standing
  }
  unasked.set(key, deps.clock.monotonicMs())
  deps.telemetry.count('standings_unasked', { surface: account.surface })
  deps.log.warn({ surface: account.surface, detail: standing.detail }, 'the account of an approver could not be asked')
  return standing
}

const NOT_ASKED: AccountStanding = { kind: 'unavailable', detail: 'it could not be asked a moment ago' }
const TOO_LATE: Extract<AccountStanding, { kind: 'unavailable' }> = {
  kind: 'unavailable',
  detail: 'no answer came in time',
}
