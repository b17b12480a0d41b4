import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createTestDatabase } from '../../support/postgres.ts'
import { openTestStores, until } from './open-test-stores.ts'
import type { Feedback } from '../../../src/domain/feedback.ts'
import type { TestStores } from './open-test-stores.ts'

let test: Awaited<ReturnType<typeof createTestDatabase>>
let opened: TestStores

beforeAll(async () => {
  test = await createTestDatabase()
  opened = await openTestStores(test.url)
})

afterAll(async () => {
  await opened.close()
  await test.drop()
})

async function resolvedIncident(): Promise<string> {
  const { incidents } = opened.stores
  const given = { title: 'Many errors', service: 'checkout', environment: null, severity: 'SEV2' } as const
  const { id } = await incidents.open({ ...given, origin: 'alerts', onsetAt: new Date() })
  await incidents.move(id, ['open'], 'resolved')
  return id
}

function cause(incidentId: string, change: Partial<Feedback> = {}): Omit<Feedback, 'at'> {
  const about = { question: 'cause', changeId: 'CHG-7', runId: null, probability: 0.8 } as const
  return { incidentId, personId: 'ana', answer: 'yes', ...about, ...change }
}

describe('an answer', () => {
  it('of the same person takes the place of the one before, which is returned', async () => {
    const { feedback } = opened.stores
    const incidentId = await resolvedIncident()

    expect(await feedback.save(cause(incidentId))).toBeUndefined()
    expect(await feedback.save(cause(incidentId, { personId: 'bo' }))).toBeUndefined()
    expect(await feedback.save(cause(incidentId, { answer: 'unsure', probability: 0.6 }))).toMatchObject({
      answer: 'yes',
      probability: 0.8,
    })

    const said = (await feedback.list(incidentId)).map(({ personId, answer, probability }) => [
      personId,
      answer,
      probability,
    ])
    expect(said).toEqual([
      ['bo', 'yes', 0.8],
      ['ana', 'unsure', 0.6],
    ])
  })

  it('is found by the change it is about, in whatever incident', async () => {
    const { feedback } = opened.stores
    const [one, two] = [await resolvedIncident(), await resolvedIncident()]
    await feedback.save(cause(one, { changeId: 'CHG-21' }))
    await feedback.save(cause(two, { changeId: 'CHG-21', answer: 'no' }))
    await feedback.save(cause(two, { changeId: 'CHG-22', personId: 'bo' }))

    const found = await feedback.listByChanges(['CHG-21', 'CHG-99'])
    expect(found.map(({ incidentId, answer }) => [incidentId, answer]).sort()).toEqual(
      [
        [one, 'yes'],
        [two, 'no'],
      ].sort(),
    )
    expect(await feedback.listByChanges([])).toEqual([])
  })

  it.each([
    ['about a cause that names no change', { changeId: null }],
    ['about a cause that names a run', { runId: 'RUN-1' }],
    ['about a playbook that names no run', { question: 'playbook', changeId: null }],
    [
      'that nobody is sure about a playbook',
      { question: 'playbook', changeId: null, runId: 'RUN-1', answer: 'unsure' },
    ],
    ['that is no answer', { answer: 'perhaps' as 'yes' }],
  ] satisfies [string, Partial<Feedback>][])('%s is refused by the database', async (_what, change) => {
    const incidentId = await resolvedIncident()

    await expect(opened.stores.feedback.save(cause(incidentId, change))).rejects.toThrow()
  })

  it('is only taken while the incident is resolved, and nobody reopens it meanwhile', async () => {
    const incidentId = await resolvedIncident()
    const order: string[] = []
    let reopening: Promise<unknown> | undefined

    await opened.unitOfWork.run(async (stores) => {
      expect(await stores.feedback.lockResolved(incidentId)).toBe(true)
      reopening = opened.stores.incidents.move(incidentId, ['resolved'], 'open').then(() => order.push('reopened'))
      await stores.feedback.save(cause(incidentId))
      await until(somebodyWaits, 'the reopening to stand before the lock')
      order.push('answered')
    })
    await reopening

    expect(order).toEqual(['answered', 'reopened'])
    await opened.unitOfWork.run(async (stores) => {
      expect(await stores.feedback.lockResolved(incidentId)).toBe(false)
      expect(await stores.feedback.lockResolved('INC-999999')).toBe(false)
    })
  })
})

async function somebodyWaits(): Promise<boolean> {
  const { rows } = await opened.pool.query(
    `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  )
  return rows.length > 0
}
