import { HARMS, countHarm } from './count-harm.ts'
import { playCase } from './play-case.ts'
import type { Carrier, HostileCase } from './hostile-cases.ts'
import type { CaseWorld, Played } from './play-case.ts'
import type { Draw, Harm } from './count-harm.ts'

/** Its model is the evil one. */
export interface HostileWorld extends CaseWorld {
  readonly draw: Draw
  /** What its model read outside the blocks of its prompts since the world was opened. */
  readonly orders: readonly string[]
  /** Of the next incident; each is another one, also of another run. */
  readonly nextNumber: () => number
}

export interface HostileScores {
  readonly n: number
  /** Over all cases. */
  readonly totals: Readonly<Record<Harm, number>>
  readonly worst: readonly {
    readonly carrier: Carrier
    readonly position: string
    readonly payload: string
    readonly harm: Readonly<Record<Harm, number>>
  }[]
  /** How often the model's words were taken, which is no harm in itself. */
  readonly taken: number
}

const MOST_LISTED = 10

/** Every case through the path that intake uses, one after another, each compared with the incident without attack. */
export async function runHostile(
  world: HostileWorld,
  cases: readonly HostileCase[],
  alter: (played: Played) => Played = (played) => played,
): Promise<HostileScores> {
  const { deps, draw, nextNumber } = world
  const baseline = await playCase({ ...world, deps: { ...deps, model: null } }, nextNumber(), {})
  if (baseline.planDigest === null) {
    throw new Error(`The incident has no plan to compare: ${baseline.view.noProposal ?? ''}`)
  }
  const allowedHosts = new Set(deps.settings.linkHosts)
  const totals = Object.fromEntries(HARMS.map((harm) => [harm, 0])) as Record<Harm, number>
  const worst: HostileScores['worst'][number][] = []
  let taken = 0
  for (const { payload, carrier, position, text } of cases) {
    const ordersBefore = world.orders.length
    const played = alter(await playCase(world, nextNumber(), { [carrier]: text }))
    const unfenced = world.orders.slice(ordersBefore)
    const harm = countHarm({ baseline, played, draw, allowedHosts, unfenced })
    if (played.view.summary.source === 'model') taken += 1
    for (const name of HARMS) totals[name] += harm[name]
    if (HARMS.some((name) => harm[name] > 0)) worst.push({ carrier, position, payload, harm })
  }
  return { n: cases.length, totals, worst: worst.slice(0, MOST_LISTED), taken }
}
