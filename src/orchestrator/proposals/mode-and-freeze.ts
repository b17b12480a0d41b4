import { findFreezeOn, frozenWhat } from '../../domain/freeze.ts'
import type { Freeze } from '../../domain/freeze.ts'
import type { Incident } from '../../domain/incident.ts'
import { stricterMode } from '../../domain/mode.ts'
import type { Mode } from '../../domain/mode.ts'
import { findService } from '../../domain/service-catalog.ts'
import type { Stores } from '../../ports/stores.ts'
import { listWindowFreezes } from '../../policy/freeze-windows.ts'
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

export interface Concerned {
  /** Where the symptom is, and what is acted on. */
  readonly services: readonly string[]
  readonly environment: string | null
}

/** What was said in chat and what the configuration has come back by the calendar; by database time. */
export async function findFreeze(
  deps: Deps,
  stores: Stores,
  { services, environment }: Concerned,
  now?: Date,
): Promise<Freeze | undefined> {
  const said = await stores.freezes.findActive(services)
  const { freezeWindows } = deps.settings
  if (freezeWindows.length === 0) return said
  const moment = now ?? (await stores.freezes.now())
  const recurring = listWindowFreezes(freezeWindows, { services, environment, catalog: deps.catalog, now: moment })
  return findFreezeOn([...(said === undefined ? [] : [said]), ...recurring], services)
}

export function freezeText(freeze: Freeze): string {
  const what = frozenWhat(freeze)
  const until = freeze.until.toISOString().slice(0, 16).replace('T', ' ')
  return `${what === 'everything' ? 'Everything' : what} is frozen until ${until} UTC (${freeze.reason}).`
}

/** Who can end it, as a sentence that ends. */
export function howToLift(freeze: Freeze): string {
  return freeze.isRecurring
    ? 'It comes from freezes in countersign.yaml and ends by itself; nobody lifts it in chat.'
    : `An approver may lift it: "unfreeze ${freeze.service ?? 'all'}".`
}
