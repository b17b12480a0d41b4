import { humanActor } from '../domain/actor.ts'
import type { Actor } from '../domain/actor.ts'
import type { Principal } from '../domain/authorization.ts'
import type { Freeze } from '../domain/freeze.ts'
import type { Origin } from '../domain/surface.ts'
import { oneLineText } from '../kernel/clean-text.ts'
import { describeDuration, parseDuration } from '../kernel/duration.ts'
import { RefusedError } from '../kernel/errors.ts'
import { suggest } from '../kernel/suggest.ts'
import { INSTALLATION, personPrincipal, servicePrincipal } from './authorization-subjects.ts'
import type { Deps } from './dependencies.ts'
import { getPerson } from './proposals/known-person.ts'
import { tellOfFreeze } from './proposals/tell-of-freeze.ts'
import { requireAuthorized } from './require-authorized.ts'

export interface FreezeInput {
  /** A service of the catalog, or `all`: the kill switch. */
  readonly service: string
  /** `30m`, `2h`. */
  readonly for: string
  readonly reason: string
  /** null for the command line, which is whoever holds the machine. */
  readonly personId: string | null
  readonly origin: Origin
}

export interface FreezeResult {
  readonly freeze: Freeze
  readonly text: string
}

const LEAST_MS = 60_000
const MOST_MS = 30 * 86_400_000
const LONGEST_REASON = 300

/** From its commit nothing is approved and no step starts there, on any replica; runs stop before their next step. */
export async function freezeService(deps: Deps, input: FreezeInput): Promise<FreezeResult> {
  const { principal, actor } = askerOf(deps, input.personId)
  const service = parseFrozenService(deps, input.service)
  await requireAuthorized(deps, {
    principal,
    action: 'freeze',
    resource: { ...INSTALLATION, service },
    origin: input.origin,
    name: actor.name,
  })
  const forMs = parseLength(input.for)
  const reason = oneLineText(input.reason, LONGEST_REASON)
  if (reason === '') {
    throw new RefusedError('reason_missing', 'A freeze needs a reason: "freeze <service|all> <for> <reason>".')
  }
  return deps.unitOfWork.run(async (stores) => {
    const freeze = await stores.freezes.add({ service, reason, createdBy: actor.id, forMs })
    const what = service ?? 'everything'
    const text = `${actor.name} freezes ${what} for ${describeDuration(forMs)}, until ${freeze.until.toISOString().slice(0, 16).replace('T', ' ')} UTC: ${reason}.`
    const details = { freezeId: freeze.id, until: freeze.until.toISOString(), reason }
    await tellOfFreeze(deps, stores, { event: 'freeze.set', actor, origin: input.origin, service, text, details })
    return { freeze, text }
  })
}

export function askerOf(deps: Deps, personId: string | null): { readonly principal: Principal; readonly actor: Actor } {
  if (personId === null) {
    const actor: Actor = { type: 'service', id: 'cli', name: 'The command line' }
    return { principal: servicePrincipal('cli'), actor }
  }
  const person = getPerson(deps, personId)
  return { principal: personPrincipal(person), actor: humanActor(person) }
}

/** null for all. */
export function parseFrozenService(deps: Deps, name: string): string | null {
  const service = name.trim()
  if (service.toLowerCase() === 'all') return null
  if (deps.catalog.services.has(service)) return service
  const near = suggest(service, [...deps.catalog.services.keys(), 'all'])
  const hint = near === undefined ? 'Name a service of the catalog, or all.' : `Did you mean ${near}?`
  throw new RefusedError('unknown_service', `There is no service ${JSON.stringify(service.slice(0, 80))}. ${hint}`)
}

function parseLength(text: string): number {
  const ms = parseDuration(text)
  if (ms !== undefined && ms >= LEAST_MS && ms <= MOST_MS) return ms
  throw new RefusedError(
    'bad_duration',
    `${JSON.stringify(text.slice(0, 40))} is no length of a freeze. Give one from 1m to 30d, such as 30m, 2h or 1h30m.`,
  )
}
