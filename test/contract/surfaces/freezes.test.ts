import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { clearGround } from './grounds.ts'
import { freezeService } from '../../../src/orchestrator/freeze-service.ts'
import { openAllSurfaces, TOKEN } from './open-all-surfaces.ts'
import { openScene, playbookOf, recordSuccesses } from '../../integration/decisions/world.ts'
import { proposeForIncident } from '../../../src/orchestrator/propose-for-incident.ts'
import { unfreezeService } from '../../../src/orchestrator/unfreeze-service.ts'
import { BO, CY, openParityWorld } from './parity-world.ts'
import type { AllSurfaces } from './open-all-surfaces.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { Ground } from './grounds.ts'
import type { ParityWorld } from './parity-world.ts'
import type { Playbook } from '../../../src/domain/playbook.ts'
import type { Service } from '../../../src/domain/service-catalog.ts'

/** A freeze of a service that the incident is not of, and that its plan or its undo acts on. */
let parity: ParityWorld
/** Where `shared` is deployed by the same application as checkout, `web` by one of its own. */
let deps: Deps
let surfaces: AllSurfaces
/** What it proposes; read anew for every proposal. */
let playbooks: readonly Playbook[] = [playbookOf()]

beforeAll(async () => {
  parity = await openParityWorld()
  const services = new Map(parity.deps.catalog.services)
  const checkout = services.get('checkout')!
  const deployedBy = (name: string, app: string): Service => ({ ...checkout, name, argocd: { app, project: null } })
  for (const one of [deployedBy('shared', 'checkout-app'), deployedBy('web', 'web-app')]) services.set(one.name, one)
  deps = { ...parity.deps, catalog: { services } }
  Object.defineProperty(deps, 'playbooks', { get: () => playbooks, enumerable: true })
  surfaces = await openAllSurfaces(deps)
})
afterAll(async () => {
  await surfaces.close()
  await parity.world.close()
})
beforeEach(() => clearGround(parity))

/** Its undo rolls another application back than its step. */
const UNDOES_WEB = playbookOf((text) =>
  text.replace(
    'undo: { uses: argocd/rollback, with: { app: "${{ inputs.app }}"',
    'undo: { uses: argocd/rollback, with: { app: web-app',
  ),
)

async function propose(playbook: Playbook = playbookOf()): Promise<Ground> {
  playbooks = [playbook]
  await recordSuccesses(parity.world, 'checkout', 1)
  const { incident } = await openScene(parity.world)
  const made = await proposeForIncident(deps, { incidentId: incident.id })
  if (made.outcome !== 'proposed') throw new Error(JSON.stringify(made))
  await parity.world.query('DELETE FROM outbox_messages')
  return { i: incident.id, p: made.proposal.id, h: made.proposal.planHash.slice(0, 8) }
}

const freeze = (service: string) =>
  freezeService(deps, { service, for: '2h', reason: 'audit day', personId: BO.id, origin: 'console' })

async function apiOf({ i }: Ground): Promise<unknown> {
  const answer = await fetch(`${surfaces.url}/api/v1/incidents/${i}`, { headers: { authorization: `Bearer ${TOKEN}` } })
  return ((await answer.json()) as { readonly freezes: unknown }).freezes
}

async function expectOnEveryCard({ i }: Ground, says: RegExp): Promise<void> {
  for (const driver of surfaces.drivers) {
    const card = await driver.card(CY, i)
    expect({ on: driver.name, card }).toEqual({ on: driver.name, card: expect.stringMatching(says) })
  }
}

const cardsAskedFor = () =>
  parity.world.query<{ incident_id: string }>(`SELECT DISTINCT incident_id FROM outbox_messages WHERE kind = 'card'`)

describe('a freeze of a service that is not the incident’s own', () => {
  it('and that the plan acts on stands on every card, and in the API, before anybody presses', async () => {
    const ground = await propose()
    const { freeze: set } = await freeze('shared')

    await expectOnEveryCard(
      ground,
      /Frozen: shared until .*: audit day\. The plan acts on it, so nothing is approved and nothing runs\./,
    )
    await expectOnEveryCard(ground, /PRO-1 waits: shared is frozen, so nothing is approved\./)
    expect(await apiOf(ground)).toEqual([
      { service: 'shared', environment: null, reason: 'audit day', until: set.until.toISOString(), holds: 'run' },
    ])
    for (const driver of surfaces.drivers) {
      const { words } = await driver.say(CY, `plan ${ground.i} rollback-bad-deploy`)
      expect(words).toMatch(/shared is frozen until .* UTC \(audit day\)\. The plan acts on it/)
      const { reply } = await driver.say(CY, `approve ${ground.p ?? ''} ${ground.h ?? ''}`)
      expect(reply.code).toBe('frozen')
    }
  })

  it('and that only the undo acts on stands there as that, and keeps nobody from approving', async () => {
    const ground = await propose(UNDOES_WEB)
    await freeze('web')

    const says =
      /Frozen: web until .*: audit day\. Only the undo acts on it: the plan may run, and its undo would stop\./
    await expectOnEveryCard(ground, says)
    await expectOnEveryCard(ground, /Approve or reject PRO-1/)
    expect(await apiOf(ground)).toMatchObject([{ service: 'web', holds: 'undo' }])
    for (const driver of surfaces.drivers) {
      const { words } = await driver.say(CY, `plan ${ground.i} rollback-bad-deploy`)
      expect(words).toMatch(/web is frozen until .* UTC \(audit day\)\. Only the undo acts on it/)
    }
    const [slack] = surfaces.drivers
    expect((await slack!.say(CY, `approve ${ground.p ?? ''} ${ground.h ?? ''}`)).reply.code).toBe('approved')
  })

  it('and that nothing of it acts on is on no card (the twin)', async () => {
    const ground = await propose()
    await freeze('web')

    for (const driver of surfaces.drivers) expect(await driver.card(CY, ground.i)).not.toMatch(/frozen/i)
    expect(await apiOf(ground)).toEqual([])
    expect(await cardsAskedFor()).toEqual([])
  })

  it('and of its own one after the other are both there, each with its end', async () => {
    const ground = await propose()
    await freeze('checkout')
    await freeze('shared')

    await expectOnEveryCard(ground, /Frozen: checkout until .*: audit day\. Nothing runs\./)
    await expectOnEveryCard(ground, /Frozen: shared until /)
    await expectOnEveryCard(ground, /PRO-1 waits: checkout and shared are frozen/)
  })

  it.each([
    ['the plan', playbookOf(), 'shared'],
    ['only the undo', UNDOES_WEB, 'web'],
  ])(
    'has the card brought up to date as it begins and as it is lifted, where %s acts on it',
    async (_what, playbook, on) => {
      const ground = await propose(playbook)

      await freeze(on)
      expect(await cardsAskedFor()).toEqual([{ incident_id: ground.i }])
      await parity.world.query('DELETE FROM outbox_messages')
      await unfreezeService(deps, { service: on, personId: BO.id, origin: 'console' })

      expect(await cardsAskedFor()).toEqual([{ incident_id: ground.i }])
      for (const driver of surfaces.drivers) expect(await driver.card(CY, ground.i)).not.toMatch(/Frozen:/)
      const told = await deps.stores.timeline.list(ground.i, null, 50)
      expect(told.slice(-2).map(({ event }) => event)).toEqual(['freeze.set', 'freeze.lifted'])
    },
  )
})
