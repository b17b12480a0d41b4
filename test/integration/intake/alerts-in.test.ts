import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { alertmanagerBody, alertOf, fires, resolves } from './payloads.ts'
import { openIntakeWorld } from './intake-world.ts'
import type { IntakeWorld } from './intake-world.ts'

let world: IntakeWorld
beforeAll(async () => {
  world = await openIntakeWorld()
})
afterAll(() => world.close())

describe('an alert that Alertmanager posts', () => {
  it('opens one incident, with its card, its search for a cause, its timeline and its audit leaves', async () => {
    const answer = await world.post('/webhooks/alertmanager', fires())

    expect(answer).toMatchObject({ status: 202, body: { accepted: 1, duplicates: 0, rejected: [] } })
    const [incident] = await world.sql('SELECT * FROM incidents')
    expect(incident).toMatchObject({
      id: 'INC-1',
      title: 'HighErrorRate: 5xx at 8.4 % of requests',
      service: 'checkout',
      environment: 'production',
      severity: 'SEV1',
      state: 'open',
      onset_at: new Date('2026-11-21T08:00:00.828Z'),
    })
    expect(world.hints).toEqual([{ name: 'incident.refresh', data: { incidentId: 'INC-1' }, key: 'INC-1' }])
    const leaves = await world.sql<{ event: string }>('SELECT event FROM audit_leaves ORDER BY id')
    expect(leaves.map((leaf) => leaf.event)).toEqual(['alerts.received', 'incident.opened'])
  })
})
