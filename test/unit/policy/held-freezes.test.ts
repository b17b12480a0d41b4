import { describe, expect, it } from '@jest/globals'
import { CATALOG, planOf } from '../../fakes/counting-target/approved-run.ts'
import { listHeldFreezes, servicesHeld } from '../../../src/policy/held-freezes.ts'
import type { Freeze, FreezeWindow } from '../../../src/domain/freeze.ts'
import type { Service, ServiceCatalog } from '../../../src/domain/service-catalog.ts'

const NOW = new Date('2026-11-23T12:30:00Z')
const NOON: FreezeWindow = {
  ...{ services: null, owner: null, environment: null, days: [], from: 720, to: 840, timezone: 'UTC' },
  reason: 'lunch',
}

const service = (name: string): Service => {
  const [own] = [...CATALOG.services.values()]
  return { ...own!, name, argocd: { app: `${name}-app`, project: null } }
}
const catalog: ServiceCatalog = {
  services: new Map(['checkout', 'shared', 'web', 'mail'].map((name) => [name, service(name)])),
}

const [MOVE] = planOf([{ uses: 'argocd/sync', with: { app: 'shared-app' }, undoTo: 'r0' }]).steps
/** Of checkout: a step on shared, whose undo is on web. */
const PLAN = planOf([], {
  steps: [{ ...MOVE!, undo: { ...MOVE!.undo!, with: { app: 'web-app' } } }],
})

let ids = 0
function freezeOf(name: string | null, hours: number): Freeze {
  return {
    ...{ id: String((ids += 1)), service: name, reason: 'audit', createdBy: 'ana', createdAt: NOW, environment: null },
    ...{ until: new Date(NOW.getTime() + hours * 3_600_000), isRecurring: false },
  }
}

function held(freezes: readonly Freeze[], windows: readonly FreezeWindow[] = [], isOpen = true): readonly string[] {
  const services = servicesHeld(catalog, 'checkout', [{ plan: PLAN, isOpen }])
  const facts = { freezes, windows, held: services, environment: 'production', catalog, now: NOW }
  return listHeldFreezes(facts).map(
    (one) => `${one.service ?? 'everything'} ${one.holds} ${one.until.toISOString().slice(11, 16)}`,
  )
}

describe('what a freeze holds of an incident', () => {
  it('is where the symptom is and what the plan acts on, and what its undo acts on alone is told apart', () => {
    const freezes = ['web', 'shared', 'mail', 'checkout'].map((name) => freezeOf(name, 1))

    expect(held(freezes)).toEqual(['shared run 13:30', 'checkout run 13:30', 'web undo 13:30'])
  })

  it('is the way back alone of a plan that is over', () => {
    expect(held([freezeOf('shared', 1)], [], false)).toEqual(['shared undo 13:30'])
    expect(servicesHeld(catalog, null, [])).toEqual({ run: [], undo: [] })
  })

  it('is told once a service, by the one that lasts longest', () => {
    expect(held([freezeOf('shared', 1), freezeOf('shared', 3), freezeOf('shared', 2)])).toEqual(['shared run 15:30'])
  })

  it('is everything first, and beside it only what lasts longer', () => {
    const freezes = [freezeOf('shared', 1), freezeOf('checkout', 4), freezeOf(null, 2)]

    expect(held(freezes)).toEqual(['everything run 14:30', 'checkout run 16:30'])
  })

  it('comes from windows as well, for each service that they name', () => {
    const windows = [
      { ...NOON, services: ['web', 'mail'] },
      { ...NOON, services: ['shared'], to: 780 },
    ]

    expect(held([], windows)).toEqual(['shared run 13:00', 'web undo 14:00'])
    expect(held([], [NOON])).toEqual(['everything run 14:00'])
    expect(held([], [{ ...NOON, environment: 'staging' }])).toEqual([])
  })

  it('is everything where no service is known', () => {
    const none = { freezes: [freezeOf('shared', 1), freezeOf(null, 1)], windows: [NOON], catalog, now: NOW }
    const facts = { ...none, held: servicesHeld(catalog, null, []), environment: null }

    expect(listHeldFreezes(facts).map((one) => one.service)).toEqual([null])
  })
})
