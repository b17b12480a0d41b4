import type { Freeze } from '../../domain/freeze.ts'
import type { Incident } from '../../domain/incident.ts'
import { stricterMode } from '../../domain/mode.ts'
import type { Mode } from '../../domain/mode.ts'
import { findService } from '../../domain/service-catalog.ts'
import type { Stores } from '../../ports/stores.ts'
import { servicesActedOn } from '../../policy/blast-radius.ts'
import type { Plan } from '../../domain/plan.ts'
import type { Deps } from '../dependencies.ts'

/** The services a proposal is about: where the symptom is, and what is acted on. */
export function servicesOf(incident: Incident, target: string | null): readonly string[] {
  return [...new Set([incident.service, target].filter((name) => name !== null))]
}

/** Where the symptom is, and everything that the steps name, whoever filled it in. */
export function servicesOfPlan(deps: Deps, incident: Incident, { service, steps }: Plan): readonly string[] {
  return [...new Set([...servicesOf(incident, service), ...servicesActedOn(deps.catalog, steps)])]
}

/** The strictest of the installation's mode and those of the services. */
export function modeFor(deps: Deps, services: readonly string[]): Mode {
  return services.reduce<Mode>(
    (mode, name) => stricterMode(mode, findService(deps.catalog, name)?.mode ?? mode),
    deps.settings.mode,
  )
}

export function findFreeze(stores: Stores, services: readonly string[]): Promise<Freeze | undefined> {
  return stores.freezes.findActive(services)
}

export function freezeText(freeze: Freeze): string {
  const what = freeze.service ?? 'Everything'
  const until = freeze.until.toISOString().slice(0, 16).replace('T', ' ')
  return `${what} is frozen until ${until} UTC (${freeze.reason}).`
}

/** As it is typed: `"unfreeze checkout"`. */
export function unfreezeCommand(freeze: Freeze): string {
  return `"unfreeze ${freeze.service ?? 'all'}"`
}
