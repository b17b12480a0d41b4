import type { FreezeHold, Freeze, FreezeWindow } from '../domain/freeze.ts'
import type { Plan } from '../domain/plan.ts'
import type { ServiceCatalog } from '../domain/service-catalog.ts'
import { servicesActedOn, servicesActedOnBothWays } from './blast-radius.ts'
import { listWindowFreezes } from './freeze-windows.ts'

/** A plan that may still run, or one that has run and may still be undone. */
export interface PlanInHand {
  readonly plan: Plan
  /** It waits for its approval, or runs, or is about to. */
  readonly isOpen: boolean
}

/** On which a freeze holds something of an incident. */
export interface HeldServices {
  /** Where the symptom is, and what its plan acts on. */
  readonly run: readonly string[]
  /** What is acted on, on the way back as well. */
  readonly undo: readonly string[]
}

export function servicesHeld(
  catalog: ServiceCatalog,
  service: string | null,
  plans: readonly PlanInHand[],
): HeldServices {
  const own = service === null ? [] : [service]
  const run = plans.flatMap(({ plan, isOpen }) =>
    isOpen ? [...namesOf(plan), ...servicesActedOn(catalog, plan.steps)] : [],
  )
  const undo = plans.flatMap(({ plan }) => [...namesOf(plan), ...servicesActedOnBothWays(catalog, plan.steps)])
  return { run: [...new Set([...own, ...run])], undo: [...new Set([...own, ...run, ...undo])] }
}

function namesOf({ service }: Plan): readonly string[] {
  return service === null ? [] : [service]
}

export interface HeldFreeze extends Freeze {
  readonly holds: FreezeHold
}

export interface HeldFreezesFacts {
  /** Set by hand, those that hold at that moment. */
  readonly freezes: readonly Freeze[]
  readonly windows: readonly FreezeWindow[]
  readonly held: HeldServices
  readonly environment: string | null
  readonly catalog: ServiceCatalog
  readonly now: Date
}

/**
 * All that hold something, one for each service and one for everything, that which lasts longest; the wider first, and
 * what holds the plan before what holds its way back alone. One that ends no later than a wider one adds nothing.
 */
export function listHeldFreezes(facts: HeldFreezesFacts): readonly HeldFreeze[] {
  const { freezes, windows, held, environment, catalog, now } = facts
  // Nothing is asked about where no service is known; what is of everything holds all the same.
  const services = held.undo.length === 0 ? [null] : held.undo
  const recurring = services.flatMap((service) =>
    windows.length === 0 ? [] : listWindowFreezes(windows, { services: [service], environment, catalog, now }),
  )
  const longest = new Map<string | null, HeldFreeze>()
  for (const freeze of [...freezes, ...recurring]) {
    const holds = holdOf(freeze, held)
    const known = longest.get(freeze.service)
    if (holds !== undefined && (known === undefined || known.until < freeze.until)) {
      longest.set(freeze.service, { ...freeze, holds })
    }
  }
  const wide = longest.get(null)
  return [...longest.values()]
    .filter((one) => one === wide || wide === undefined || one.until > wide.until)
    .sort(inOrder)
}

function holdOf({ service }: Freeze, { run, undo }: HeldServices): FreezeHold | undefined {
  if (service === null || run.includes(service)) return 'run'
  return undo.includes(service) ? 'undo' : undefined
}

function inOrder(left: HeldFreeze, right: HeldFreeze): number {
  return rankOf(left) - rankOf(right)
}

function rankOf({ service, holds }: HeldFreeze): number {
  if (service === null) return 0
  return holds === 'run' ? 1 : 2
}
