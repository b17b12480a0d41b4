import { describeHold } from '../../domain/describe-freeze.ts'
import { freezeText } from './mode-and-freeze.ts'
import { listHeldFreezes, servicesHeld } from '../../policy/held-freezes.ts'
import type { Deps } from '../dependencies.ts'
import type { HeldFreeze } from '../../policy/held-freezes.ts'
import type { Incident } from '../../domain/incident.ts'
import type { Plan } from '../../domain/plan.ts'

type About = Pick<Incident, 'service' | 'environment'>

/** Those that would hold this plan if it were proposed now, or its way back. */
export async function findHeldFreezes(deps: Deps, incident: About, plan: Plan): Promise<readonly HeldFreeze[]> {
  const { stores, catalog, settings } = deps
  const [freezes, now] = await Promise.all([stores.freezes.listActive(), stores.freezes.now()])
  const { service, environment } = incident
  const held = servicesHeld(catalog, service, [{ plan, isOpen: true }])
  return listHeldFreezes({ freezes, windows: settings.freezeWindows, held, environment, catalog, now })
}

/** Until when, why, and what does not happen meanwhile. */
export function heldFreezeText(incident: About, freeze: HeldFreeze): string {
  return `${freezeText(freeze)} ${describeHold(incident, freeze)}`
}
