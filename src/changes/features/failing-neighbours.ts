import type { Feature } from '../feature.ts'
import type { ServiceCatalog } from '../../domain/service-catalog.ts'

// Fitted together with newAgainstOld. A caller that fails while the service itself looks well is how a wrong value, a
// missing field or a refused connection shows: the callee counts none of them as its own failure.
const OWN = 0.8
const CALLERS = 1.4

/** Whether the changed service, or one that calls it, fails more than it used to. */
export const failingNeighbours: Feature = (change, { failures, catalog }) => {
  if (failures.size === 0) return undefined
  const own = { name: change.service, points: pointsOf(failures.get(change.service)) }
  const caller = worstCaller(change.service, catalog, failures)
  const weight = OWN * Math.log1p(own.points) + CALLERS * Math.log1p(caller.points)
  if (weight === 0) {
    return { feature: 'failures', weight: 0, text: `Neither ${own.name} nor what calls it fails more than before.` }
  }
  const worst = own.points >= caller.points ? own : { ...caller, name: `${caller.name}, which calls ${own.name},` }
  const points = String(Math.round(worst.points))
  return { feature: 'failures', weight, text: `${worst.name} fails ${points} points more often than before.` }
}

interface Failing {
  readonly name: string
  readonly points: number
}

function worstCaller(service: string, catalog: ServiceCatalog, failures: ReadonlyMap<string, number>): Failing {
  const callers = [...catalog.services.values()].filter(({ dependsOn }) => dependsOn.includes(service))
  return callers
    .map(({ name }) => ({ name, points: pointsOf(failures.get(name)) }))
    .reduce((worst, one) => (one.points > worst.points ? one : worst), { name: '', points: 0 })
}

function pointsOf(share: number | undefined): number {
  return 100 * (share ?? 0)
}
