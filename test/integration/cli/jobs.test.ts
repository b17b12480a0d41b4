import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { openHouse } from '../../support/house.ts'
import { join } from 'node:path'
import { runHere } from '../operations/installation.ts'
import { waitUntil } from '../../support/wait-until.ts'
import type { Foundation } from '../../../src/app/build-deps.ts'
import type { House } from '../../support/house.ts'

/** As a vendor may answer: a second line that would pass for another job, and a character that turns text around. */
const HOSTILE = 'Loki answered 500\n00000000-0000-0000-0000-000000000000  incident.refresh\u202e of INC-666'
const NOBODYS = '11111111-2222-3333-4444-555555555555'

let house: House
let foundation: Foundation
/** The job is mended: its worker does it. */
let isMended = false
const done: string[] = []

beforeAll(async () => {
  house = await openHouse()
  foundation = await house.foundation()
  await foundation.jobs.workers.work('incident.propose', 1, async (data) => {
    if (!isMended) throw new Error(HOSTILE)
    done.push(data['incidentId'] as string)
  })
})
afterAll(() => house.close())

const type = (...words: readonly string[]) =>
  runHere(words, {
    ...{ DATABASE_URL: house.database.url, COUNTERSIGN_DATA: house.config.dataFolder },
    COUNTERSIGN_CONFIG: join(house.config.folder, 'countersign.yaml'),
  })
const dead = () => foundation.jobs.listDead()

/** As it comes about: its worker fails three times. */
async function giveUp(...incidentIds: readonly string[]): Promise<readonly string[]> {
  const before = (await dead()).length
  for (const incidentId of incidentIds) {
    await foundation.deps.stores.jobs.enqueue('incident.propose', { incidentId }, { singletonKey: incidentId })
  }
  await waitUntil('they are given up', async () => {
    // The engine waits longer before each try; nobody has to.
    await foundation.database.pool.query(`UPDATE pgboss.job SET start_after = now() WHERE state = 'retry'`)
    return (await dead()).length === before + incidentIds.length
  })
  return (await dead()).map(({ id }) => id)
}

async function auditDetails(): Promise<readonly unknown[]> {
  const { rows } = await foundation.database.pool.query<{ details: unknown }>(
    `select convert_from(bytes, 'UTF8')::jsonb -> 'details' as details from audit_leaves where event = 'jobs.retried'
      order by id`,
  )
  return rows.map((row) => row.details)
}

describe('where no job was given up', () => {
  it('that is said, and nothing goes on the audit log', async () => {
    expect(await type('jobs', 'list')).toEqual({ exitCode: 0, printed: 'No job was given up.', complained: '' })
    expect(await type('jobs', 'list', '--json')).toMatchObject({ exitCode: 0, printed: '[]' })
    expect(await type('jobs', 'retry', 'all')).toEqual({
      ...{ exitCode: 0, printed: 'Nothing is tried again.', complained: '' },
    })
    expect(await auditDetails()).toEqual([])
  })

  it('an id is unknown, and what names none is wrong usage', async () => {
    expect(await type('jobs', 'retry', NOBODYS)).toMatchObject({
      exitCode: 1,
      complained: `${NOBODYS} is no job that was given up. See: jobs list`,
    })
    for (const words of [[], ['17'], ['all', NOBODYS], [`${NOBODYS}-1`]]) {
      expect({ words, ...(await type('jobs', 'retry', ...words)) }).toMatchObject({
        ...{ words, exitCode: 2, complained: expect.stringContaining('jobs list shows') as unknown },
      })
    }
    expect(await type('jobs', 'list', 'INC-1')).toMatchObject({ exitCode: 2 })
  })
})

describe('jobs that were given up', () => {
  it('are listed with the reason on one line, tried again by id and then all, each on the audit log', async () => {
    const [first = '', ...others] = await giveUp('INC-1', 'INC-2', 'INC-3')

    const { exitCode, printed } = await type('jobs', 'list')
    const asJson = JSON.parse((await type('jobs', 'list', '--json')).printed) as readonly { readonly id: string }[]

    expect(exitCode).toBe(0)
    const lines = printed.split('\n')
    expect(lines).toHaveLength(6)
    expect(lines[0]).toMatch(
      new RegExp(`^${first} {2}incident\\.propose of INC-[123], \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d UTC$`),
    )
    expect(lines[1]).toMatch(/^ {4}.*Loki answered 500/)
    expect(printed).not.toContain('\u202e')
    expect(asJson.map(({ id }) => id)).toEqual([first, ...others])

    isMended = true
    const one = await type('jobs', 'retry', first)
    expect(one).toEqual({
      ...{ exitCode: 0, printed: `${first} incident.propose\n1 will be tried again.`, complained: '' },
    })
    await waitUntil('it is done', () => done.length === 1)
    expect((await dead()).map(({ id }) => id)).toEqual(others)

    const mixed = await type('jobs', 'retry', others[0] ?? '', first)
    expect(mixed).toEqual({
      exitCode: 1,
      printed: `${others[0]} incident.propose\n1 will be tried again.`,
      complained: `${first} is no job that was given up. See: jobs list`,
    })
    const all = await type('jobs', 'retry', 'all')
    expect(all.printed).toBe(`${others[1]} incident.propose\n1 will be tried again.`)
    await waitUntil('all are done', () => done.length === 3)
    expect(done.toSorted()).toEqual(['INC-1', 'INC-2', 'INC-3'])
    expect(await auditDetails()).toEqual([first, ...others].map((id) => ({ again: [`${id} incident.propose`] })))
    expect(await type('jobs', 'list')).toMatchObject({ printed: 'No job was given up.' })
  })
})

describe('a duty of the clock that was set aside', () => {
  it('begins again with all', async () => {
    for (let begun = 0; begun < 4; begun += 1) await foundation.deps.stores.clockDuties.begin('sweep runs', 3)

    const { printed } = await type('jobs', 'retry', 'all')

    expect(printed).toBe('duty sweep runs\n1 will be tried again.')
    expect(await foundation.deps.stores.clockDuties.begin('sweep runs', 3)).toBe(1)
  })
})
