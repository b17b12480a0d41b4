import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { alertmanagerBody, alertOf, fires, resolves } from './payloads.ts'
import { ANA } from '../../fakes/counting-target/approved-run.ts'
import { mitigateIncident } from '../../../src/orchestrator/mitigate-incident.ts'
import { openIntakeWorld } from './intake-world.ts'
import { setSeverity } from '../../../src/orchestrator/set-severity.ts'
import { watchQuiet } from '../../../src/orchestrator/watch-quiet.ts'
import type { IntakeWorld } from './intake-world.ts'

let world: IntakeWorld
beforeEach(async () => {
  world = await openIntakeWorld()
})
afterEach(() => world.close())

const post = (body: object) => world.post('/webhooks/alertmanager', body)

interface Row extends Record<string, unknown> {
  readonly id: string
  readonly state: string
  readonly severity: string
  readonly service: string | null
  readonly quiet_since: Date | null
}

const incidents = () => world.sql<Row>('SELECT * FROM incidents ORDER BY opened_at')
const statuses = async () => {
  const rows = await world.sql<{ n: string; s: string; i: string }>(
    'SELECT name AS n, status AS s, incident_id AS i FROM alerts ORDER BY id',
  )
  return rows.map((row) => `${row.n} ${row.s} ${row.i}`)
}
const events = async () => {
  const rows = await world.sql<{ event: string }>('SELECT event FROM timeline_entries ORDER BY id')
  return rows.map((row) => row.event)
}

describe('an alert that Alertmanager posts', () => {
  it('opens one incident, with its card, its search for a cause, its timeline and its audit leaves', async () => {
    const answer = await post(fires())

    expect(answer).toMatchObject({ status: 202, body: { accepted: 1, duplicates: 0, rejected: [] } })
    expect(await incidents()).toMatchObject([
      {
        id: 'INC-1',
        title: 'HighErrorRate: 5xx at 8.4 % of requests',
        service: 'checkout',
        environment: 'production',
        severity: 'SEV1',
        state: 'open',
        onset_at: new Date('2026-11-21T08:00:00.828Z'),
      },
    ])
    expect(world.hints).toEqual([{ name: 'incident.refresh', data: { incidentId: 'INC-1' }, key: 'INC-1' }])
    expect(await events()).toEqual(['incident.opened'])
    const leaves = await world.sql<{ event: string }>('SELECT event FROM audit_leaves ORDER BY id')
    expect(leaves.map((leaf) => leaf.event)).toEqual(['alerts.received', 'incident.opened'])
    expect(await world.sql('SELECT kind, incident_id, priority FROM outbox_messages')).toEqual([
      { kind: 'card', incident_id: 'INC-1', priority: 1 },
    ])
  })

  it('joins the incident of its service, of a dependency and of a dependent, each with its reason', async () => {
    await post(fires())
    await post(fires({ name: 'HighLatency' }))
    await post(fires({ name: 'Declines', service: 'payments' }))
    await post(fires({ name: 'PageErrors', service: 'frontend' }))

    expect(await incidents()).toHaveLength(1)
    expect(await statuses()).toEqual([
      'HighErrorRate firing INC-1',
      'HighLatency firing INC-1',
      'Declines firing INC-1',
      'PageErrors firing INC-1',
    ])
    const texts = await world.sql<{ text: string }>('SELECT text FROM timeline_entries ORDER BY id OFFSET 2')
    expect(texts[0]?.text).toContain('checkout depends on payments, and both fire within the grouping window.')
    expect(texts[1]?.text).toContain('frontend depends on checkout')
  })

  it('does not join another environment, nor a service that has nothing to do with it', async () => {
    await post(fires())
    await post(fires({ environment: 'staging' }))
    await post(fires({ service: 'search' }))

    expect((await incidents()).map((row) => `${String(row['environment'])} ${row.service ?? ''}`)).toEqual([
      'production checkout',
      'staging checkout',
      'production search',
    ])
  })

  it('opens one incident for all of one delivery that belong together, and counts the same alert once', async () => {
    const body = alertmanagerBody(
      alertOf(),
      alertOf({ service: 'payments' }),
      alertOf({ service: 'search' }),
      alertOf({ annotations: { summary: 'again' } }),
    )

    expect((await post(body)).body).toEqual({ accepted: 3, duplicates: 1, rejected: [] })
    expect((await incidents()).map((row) => row.service)).toEqual(['checkout', 'search'])
  })

  it('without a service opens an incident of its own and collects its kind', async () => {
    await post(fires({ service: null }))
    await post(fires({ service: null, labels: { instance: 'b' } }))
    await post(fires({ service: null, name: 'DiskFull' }))

    expect((await incidents()).map((row) => row.service)).toEqual([null, null])
    expect(await statuses()).toEqual([
      'HighErrorRate firing INC-1',
      'HighErrorRate firing INC-1',
      'DiskFull firing INC-2',
    ])
  })

  it('repeats without a second card', async () => {
    await post(fires())
    const again = await post(fires({ annotations: { summary: '5xx at 9.1 %' } }))

    expect(again.body).toEqual({ accepted: 0, duplicates: 1, rejected: [] })
    expect(world.hints).toHaveLength(1)
    expect(await world.sql('SELECT repeats FROM alerts')).toEqual([{ repeats: 1 }])
  })

  it('raises the severity of its incident, but not over what a person judged', async () => {
    await post(fires({ severity: 'warning' }))
    expect((await incidents())[0]?.severity).toBe('SEV3')
    await post(fires({ name: 'HighLatency' }))
    expect((await incidents())[0]?.severity).toBe('SEV1')

    await setSeverity(world.deps, { incidentId: 'INC-1', severity: 'SEV4', person: ANA, origin: 'console' })
    await post(fires({ name: 'Down', severity: 'page' }))

    expect((await incidents())[0]?.severity).toBe('SEV4')
  })
})

describe('when the symptom is gone', () => {
  it('the incident is quiet once nothing of it fires any more, and the card is asked for again', async () => {
    await post(alertmanagerBody(alertOf(), alertOf({ name: 'HighLatency' })))
    await post(resolves())
    expect((await incidents())[0]?.quiet_since).toBeNull()
    await post(resolves({ name: 'HighLatency' }))

    const [incident] = await incidents()
    expect(incident?.quiet_since).toBeInstanceOf(Date)
    expect(incident?.state).toBe('open')
    expect(await events()).toContain('symptom.gone')
    expect(world.hints.length).toBeGreaterThan(1)
  })

  it('and fires again, it is the same incident and no longer quiet', async () => {
    await post(fires())
    await post(resolves())
    await post(fires({ startsAt: '2026-11-21T08:15:00Z' }))

    expect(await incidents()).toMatchObject([{ id: 'INC-1', quiet_since: null }])
    expect(await statuses()).toEqual(['HighErrorRate resolved INC-1', 'HighErrorRate firing INC-1'])
  })

  it('for ten minutes of database time, the incident becomes mitigated, and not before', async () => {
    await post(fires())
    await post(resolves())
    await world.sql(`UPDATE incidents SET quiet_since = clock_timestamp() - interval '9 minutes'`)
    expect(await watchQuiet(world.deps)).toEqual([])

    await world.sql(`UPDATE incidents SET quiet_since = clock_timestamp() - interval '11 minutes'`)
    expect(await watchQuiet(world.deps)).toEqual(['INC-1'])
    expect(await watchQuiet(world.deps)).toEqual([])
    expect((await incidents())[0]?.state).toBe('mitigated')
  })

  it('an alert that fires within the window after it was mitigated reopens it', async () => {
    await post(fires())
    await mitigateIncident(world.deps, { incidentId: 'INC-1', person: ANA, origin: 'slack' })
    await post(fires({ name: 'HighLatency' }))

    expect(await incidents()).toMatchObject([{ id: 'INC-1', state: 'open', mitigated_at: null }])
    expect(await events()).toContain('incident.reopened')
  })

  it('an alert that fires after the window opens a new one', async () => {
    await post(fires())
    await post(resolves())
    await mitigateIncident(world.deps, { incidentId: 'INC-1', person: ANA, origin: 'slack' })
    await world.sql(
      `UPDATE incidents SET mitigated_at = mitigated_at - interval '6 minutes', updated_at = updated_at - interval '6 minutes'`,
    )
    await post(fires({ startsAt: '2026-11-21T09:00:00Z' }))

    expect((await incidents()).map((row) => row.state)).toEqual(['mitigated', 'open'])
  })
})

describe('whatever the order of arrival', () => {
  it('a resolve that comes first opens nothing, and its late fire does not ring for ever', async () => {
    await post(resolves())
    expect(await incidents()).toEqual([])
    expect(await statuses()).toEqual(['HighErrorRate resolved null'])

    await post(fires())

    expect(await statuses()).toEqual(['HighErrorRate resolved INC-1'])
    expect((await incidents())[0]?.quiet_since).toBeInstanceOf(Date)
  })

  it('two Alertmanagers that do not see each other end one alert with one resolve', async () => {
    await post(fires({ startsAt: '2026-11-21T08:00:00Z' }))
    await post(fires({ startsAt: '2026-11-21T08:00:02Z' }))
    await post(resolves({ startsAt: '2026-11-21T08:00:00Z' }))

    expect((await incidents()).map((row) => row.quiet_since instanceof Date)).toEqual([true])
    expect(await world.sql(`SELECT 1 FROM alerts WHERE status = 'firing'`)).toEqual([])
  })

  it('a resolve hours after a person resolved the incident only ends its alert', async () => {
    await post(fires())
    await world.sql(
      `UPDATE incidents SET state = 'resolved', resolved_at = clock_timestamp() - interval '3 hours', updated_at = clock_timestamp() - interval '3 hours'`,
    )
    await post(resolves())

    expect(await statuses()).toEqual(['HighErrorRate resolved INC-1'])
    expect((await incidents()).map((row) => row.state)).toEqual(['resolved'])
  })
})

describe('many at once', () => {
  it('fifty deliveries of one new alert open exactly one incident', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => post(fires({ annotations: { summary: `5xx at ${index} %` } }))),
    )

    expect(answers.map((answer) => answer.status)).toEqual(Array.from({ length: 50 }, () => 202))
    expect(answers.filter((answer) => answer.body['accepted'] === 1)).toHaveLength(1)
    expect(await incidents()).toHaveLength(1)
    expect(await world.count('alerts')).toBe(1)
  })

  it('alerts of neighbours that arrive together open exactly one incident', async () => {
    const services = ['frontend', 'checkout', 'payments']
    await Promise.all(services.flatMap((service) => ['A', 'B', 'C'].map((name) => post(fires({ service, name })))))

    // frontend and payments are two hops apart: whoever of them is alone when it comes may open its own.
    expect((await incidents()).length).toBeLessThanOrEqual(2)
    expect(await world.count('alerts')).toBe(9)
  })

  it('the twin without the grouping lock opens more than one', async () => {
    const careless = await openIntakeWorld({
      stores: (stores) => ({
        ...stores,
        deliveries: {
          ...stores.deliveries,
          accept: (delivery, expected) => stores.deliveries.accept(delivery, { ...expected, locks: [] }),
        },
      }),
    })
    try {
      // Distinct alerts of one service: only grouping ties them together.
      for (let round = 0; round < 20 && (await careless.count('incidents')) <= round + 1; round += 1) {
        await careless.sql(`UPDATE incidents SET state = 'resolved', updated_at = updated_at - interval '1 hour'`)
        await Promise.all(
          Array.from({ length: 8 }, (_, index) =>
            careless.post('/webhooks/alertmanager', fires({ name: `Alert${round}x${index}` })),
          ),
        )
      }
      const [worst] = await careless.sql<{ n: number }>(
        `SELECT max(n)::int AS n FROM (SELECT count(DISTINCT incident_id) AS n FROM alerts GROUP BY split_part(name, 'x', 1)) AS rounds`,
      )
      expect(worst?.n).toBeGreaterThan(1)
    } finally {
      await careless.close()
    }
  })
})
