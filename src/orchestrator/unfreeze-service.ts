import type { Freeze } from '../domain/freeze.ts'
import type { Origin } from '../domain/surface.ts'
import { RefusedError } from '../kernel/errors.ts'
import { INSTALLATION } from './authorization-subjects.ts'
import type { Deps } from './dependencies.ts'
import { askerOf, parseFrozenService } from './freeze-service.ts'
import { findFreeze, freezeText, howToLift } from './proposals/mode-and-freeze.ts'
import { tellOfFreeze } from './proposals/tell-of-freeze.ts'
import { requireAuthorized } from './require-authorized.ts'

export interface UnfreezeInput {
  readonly service: string
  readonly personId: string | null
  readonly origin: Origin
}

export interface UnfreezeResult {
  readonly lifted: readonly Freeze[]
  readonly text: string
}

/** Lifts what holds on this service, or on everything; a freeze of everything stays when only a service is named. */
export async function unfreezeService(deps: Deps, input: UnfreezeInput): Promise<UnfreezeResult> {
  const { principal, actor } = askerOf(deps, input.personId)
  const service = parseFrozenService(deps, input.service)
  await requireAuthorized(deps, {
    principal,
    action: 'unfreeze',
    resource: { ...INSTALLATION, service },
    origin: input.origin,
    name: actor.name,
  })
  const what = service ?? 'everything'
  return deps.unitOfWork.run(async (stores) => {
    const lifted = await stores.freezes.lift(service, actor.id)
    const services = service === null ? [] : [service]
    const rest = await findFreeze(deps, stores, { services, environment: null })
    if (lifted.length === 0) {
      const hint = rest === undefined ? 'Nothing holds it.' : `${freezeText(rest)} ${howToLift(rest)}`
      throw new RefusedError('not_frozen', `No freeze of ${what} is in force. ${hint}`)
    }
    const stillHeld = rest === undefined ? '' : ` Still: ${freezeText(rest)}`
    const text = `${actor.name} lifts the freeze of ${what}.${stillHeld}`
    const details = { freezeIds: lifted.map((freeze) => freeze.id) }
    await tellOfFreeze(deps, stores, { event: 'freeze.lifted', actor, origin: input.origin, service, text, details })
    return { lifted, text }
  })
}
