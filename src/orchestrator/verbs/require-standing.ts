import { RefusedError } from '../../kernel/errors.ts'
import { SURFACE_WORDS } from '../../domain/surface.ts'
import { humanActor } from '../../domain/actor.ts'
import type { Account, Person } from '../../domain/person.ts'
import type { AccountStanding, StandingFault } from '../../ports/account-standing.ts'
import type { AuthorizedAction } from '../../domain/verb.ts'
import type { ConversationPlace } from './conversation.ts'
import type { Deps } from '../dependencies.ts'
import type { SurfaceName } from '../../domain/surface.ts'

/** What only shows something goes on while the platform cannot be asked; everything that decides or moves does not. */
const READING: readonly AuthorizedAction[] = [
  'list',
  'status',
  'timeline',
  'summary',
  'changes',
  'evidence',
  'playbooks',
  'plan',
  'help',
  'read',
]

/**
 * An account counts for the person in the directory only while the platform vouches for it: guests, bots, people of
 * other companies and accounts that were switched off are refused even where people.yaml lists them (TRUST T13).
 * Without an answer nothing is decided (fail closed), and the asker learns where it can be.
 */
export async function requireStanding(
  deps: Deps,
  place: ConversationPlace,
  person: Person,
  action: AuthorizedAction,
): Promise<void> {
  const standing = await deps.accountStandings.standingOf(place.account)
  if (standing.kind === 'member') return
  if (standing.kind === 'unavailable') {
    deps.log.warn({ surface: place.surface, detail: standing.detail }, 'account standing could not be asked')
    if (READING.includes(action)) return
  }
  const { code, text } = refusalOf(deps, place, standing)
  deps.telemetry.count('refusals', { reason: code, origin: place.surface })
  await deps.stores.audit.append([
    deps.seal({
      event: 'request.refused',
      actor: humanActor(person),
      origin: place.surface,
      outcome: 'refused',
      reasonCode: code,
      target: { system: 'countersign', resource: `Account:${place.surface}`, environment: null },
      details: { action, account: `${place.account.tenant}/${place.account.user}` },
    }),
  ])
  throw new RefusedError(code, text)
}

const FAULT_TEXTS: Readonly<Record<StandingFault, string>> = {
  guest: 'is a guest there, and guests decide nothing. Ask somebody with a full account.',
  bot: 'is a bot, and bots decide nothing. A person has to say it.',
  external: 'belongs to another company, and only accounts of your own decide. Ask somebody of your own company.',
  deactivated: 'is deactivated, so it decides nothing. Ask an admin to look at it.',
  unknown: 'is not known there, so it decides nothing. Ask an admin to check people.yaml.',
}

function refusalOf(
  deps: Deps,
  { surface, account }: ConversationPlace,
  standing: Exclude<AccountStanding, { kind: 'member' }>,
): { readonly code: string; readonly text: string } {
  const name = SURFACE_WORDS[surface]
  if (standing.kind === 'refused') {
    const which = `${account.tenant}/${account.user}`
    return {
      code: `account_${standing.fault}`,
      text: `${name} says that your account ${which} ${FAULT_TEXTS[standing.fault]}`,
    }
  }
  const elsewhere = otherSurfaces(deps, surface).map((other) => SURFACE_WORDS[other])
  const way =
    elsewhere.length === 0 ? 'Try again in a moment.' : `Decide in ${elsewhere.join(' or ')}, or try again in a moment.`
  return {
    code: 'standing_unavailable',
    text: `${name} cannot be asked about your account now, so nothing counts from here. ${way} Reading works.`,
  }
}

/** Where else a decision can be given: other surfaces that have a channel, and the console where people sign in. */
function otherSurfaces(deps: Deps, surface: Account['surface']): readonly SurfaceName[] {
  const routed = deps.settings.routes.map((route) => route.surface)
  const console: readonly SurfaceName[] = deps.settings.decidesInConsole ? ['console'] : []
  return [...new Set([...routed, ...console])].filter((other) => other !== surface)
}
