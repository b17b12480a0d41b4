import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { openDeliveryWorld } from './delivery-world.ts'
import { waitUntil } from '../../support/wait-until.ts'
import type { DeliveryWorld } from './delivery-world.ts'

let world: DeliveryWorld
beforeEach(async () => {
  world = await openDeliveryWorld()
})
afterEach(() => world.close())

const teamsSays = (incidentId: string) => world.teams.cardsOf(incidentId)[0]?.view.unreachableSurfaces ?? []
const slackCards = (incidentId: string) => world.slack.cardsOf(incidentId)

async function loseSlack(incidentId: string): Promise<void> {
  world.slack.isDown = true
  // Counted before there is anything to deliver: the deliverer may be faster than we are.
  const calls = world.slack.calls.length
  await world.deps.stores.incidents.patch(incidentId, { severity: 'SEV2' })
  await world.deps.stores.outbox.append([{ kind: 'card', incidentId, priority: 'approval' }])
  await world.hurry()
  await waitUntil('it failed once', () => world.slack.calls.length > calls)
  world.passTime(20_000)
  await waitUntil('it is on record', async () => {
    await world.hurry()
    return (await world.deps.stores.surfaceStates.list()).some((state) => !state.isReachable)
  })
}

describe('while one surface cannot be reached', () => {
  it('the open cards on the other say since when, and where to decide', async () => {
    const incidentId = await world.openIncident()
    await world.settle()

    await loseSlack(incidentId)

    await waitUntil('Teams says so', () => teamsSays(incidentId).length === 1)
    expect(teamsSays(incidentId)[0]).toMatchObject({ surface: 'slack', decideIn: ['teams', 'console'] })
    const [state] = await world.deps.stores.surfaceStates.list()
    expect(state).toMatchObject({ surface: 'slack', isReachable: false })
    expect(state?.detail).toContain('connection refused')
  })

  it('the others carry on: a new incident is shown there at once, with the line', async () => {
    await loseSlack(await world.openIncident())

    const next = await world.openIncident('Another one')

    await waitUntil('Teams shows it', () => world.teams.cardsOf(next).length === 1)
    expect(teamsSays(next)).toHaveLength(1)
    expect(slackCards(next)).toHaveLength(0)
  })

  it('and when it is back, its card shows the final state once, and the line is gone elsewhere', async () => {
    const incidentId = await world.openIncident()
    await world.settle()
    await loseSlack(incidentId)
    for (const severity of ['SEV3', 'SEV4', 'SEV1'] as const) {
      await world.deps.stores.incidents.patch(incidentId, { severity })
      await world.deps.stores.outbox.append([{ kind: 'card', incidentId, priority: 'status' }])
      await world.hurry()
    }

    world.slack.isDown = false
    await world.settle()

    await waitUntil('Teams says no more', () => teamsSays(incidentId).length === 0)
    const [card, ...others] = slackCards(incidentId)
    expect(others).toEqual([])
    const severities = card?.shown.map((view) => view.severity) ?? []
    // A delivery that was on its way when Slack came back may have read what was true a moment before.
    expect(severities.filter((severity) => severity === 'SEV1')).toHaveLength(1)
    expect(severities.at(-1)).toBe('SEV1')
    expect(severities.length).toBeLessThanOrEqual(3)
    expect(card?.shown.every((view) => view.unreachableSurfaces.length === 0)).toBe(true)
    expect(await auditEvents()).toEqual(['surface.lost', 'surface.recovered'])
  })

  it('a process that starts anew clears what another one put on record', async () => {
    const incidentId = await world.openIncident()
    await loseSlack(incidentId)

    await world.restart()
    world.slack.isDown = false
    await world.settle()

    await waitUntil('it is cleared', async () =>
      (await world.deps.stores.surfaceStates.list()).every((state) => state.isReachable),
    )
  })
})

it('a blip, being asked to wait, or a refusal makes nobody look elsewhere', async () => {
  const incidentId = await world.openIncident()
  await world.settle()
  world.slack.failNext('updateCard', 'unreachable', 'busy', 'busy')

  for (const severity of ['SEV2', 'SEV1'] as const) {
    await world.deps.stores.incidents.patch(incidentId, { severity })
    await world.deps.stores.outbox.append([{ kind: 'card', incidentId, priority: 'status' }])
    world.passTime(20_000)
    await world.settle()
  }

  expect(slackCards(incidentId)[0]?.view.severity).toBe('SEV1')
  expect(await auditEvents()).toEqual([])
})

async function auditEvents(): Promise<readonly string[]> {
  const rows = await world.query<{ event: string }>(
    `select event from audit_leaves where event like 'surface.%' order by id`,
  )
  return rows.map((row) => row.event)
}
