import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { ANA, BO, CY, DI, EVE, auditEvents, person } from './world.ts'
import { withStores } from './presses.ts'
import { reopenIncident } from '../../../src/orchestrator/reopen-incident.ts'
import { shortlistFor, readProposalGround } from '../../../src/orchestrator/proposals/proposal-ground.ts'
import { openScene } from './world.ts'
import {
  TEAM,
  answersOnRecord,
  asked,
  incidentWithRun,
  openFeedbackWorld,
  pressFeedback,
  resolve,
  resolvedIncident,
  say,
} from './feedback-world.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { FeedbackWorld } from './feedback-world.ts'

let house: FeedbackWorld
let deps: Deps
beforeAll(async () => {
  house = await openFeedbackWorld()
  deps = house.deps
})
afterAll(() => house.close())

const codes = async (...work: Promise<{ code: string }>[]) => (await Promise.all(work)).map(({ code }) => code).sort()

describe('after an incident, people are asked', () => {
  it('about the cause that was named and the playbook that ran, once it is resolved', async () => {
    const { id, runId } = await incidentWithRun(house)
    const [cause, playbook, ...others] = await asked(deps, id)

    expect(cause).toMatchObject({ question: 'cause', subject: expect.stringMatching(/^deploy of checkout to 7f3c/) })
    expect(playbook).toMatchObject({ question: 'playbook', about: runId, subject: 'rollback-bad-deploy' })
    expect(others).toEqual([])
  })

  it('nothing while it is open, and nothing of what was not named and did not run', async () => {
    const { incident } = await openScene(house.world)
    expect(await asked(deps, incident.id)).toEqual([])
    expect((await say(deps, DI, `feedback ${incident.id} cause right`)).code).toBe('not_resolved')

    await deps.stores.findings.save(incident.id, { suspects: [], unknownCause: 'No change within 2 h.' })
    await resolve(deps, incident.id)

    expect(await asked(deps, incident.id)).toEqual([])
    expect((await say(deps, DI, `feedback ${incident.id} cause right`)).code).toBe('no_cause_named')
    expect((await say(deps, DI, `feedback ${incident.id} playbook helped`)).code).toBe('nothing_ran')
    expect(await answersOnRecord(house, incident.id)).toEqual([])
  })

  it('nothing of a run that somebody stopped: it says nothing about its playbook', async () => {
    const { id } = await incidentWithRun(house, 'stopped')

    expect((await asked(deps, id)).map(({ question }) => question)).toEqual(['cause'])
    expect((await say(deps, DI, `feedback ${id} playbook helped`)).code).toBe('nothing_ran')
  })
})

describe('an answer', () => {
  it('is on the log, the timeline and the card, and a change of mind takes its place', async () => {
    const { id, runId } = await incidentWithRun(house)
    const [cause] = await asked(deps, id)

    expect((await say(deps, DI, `feedback ${id} cause right`)).text).toBe(`Noted for ${id}: the cause was right.`)
    expect((await say(deps, DI, `feedback cause WRONG ${id}`)).text).toBe(
      `Noted for ${id}: the cause was wrong. Before, you said that the cause was right.`,
    )
    expect((await say(deps, DI, `feedback ${id} playbook no`)).text).toBe(`Noted for ${id}: the playbook did not help.`)

    const counts = (await asked(deps, id)).map((one) => one.counts)
    expect(counts).toEqual([
      { yes: 0, no: 1, unsure: 0 },
      { yes: 0, no: 1, unsure: 0 },
    ])
    const entries = await answersOnRecord(house, id)
    const about = { question: 'cause', changeId: cause?.about, probability: 0.83 }
    expect(entries.map(({ details }) => details)).toEqual([
      { ...about, answer: 'yes', before: null },
      { ...about, answer: 'no', before: 'yes' },
      { question: 'playbook', answer: 'no', before: null },
    ])
    expect(entries.at(-1)).toMatchObject({ incidentId: id, runId, actor: { type: 'human', id: 'di' } })
    const timeline = await deps.stores.timeline.list(id, null, 100)
    const said = timeline.filter(({ event }) => event === 'feedback.recorded').map(({ text }) => text)
    expect(said[1]).toMatch(/^Di says that the cause was wrong: deploy of checkout to 7f3c\d{4} \(CHG-\d+\)\.$/)
    expect(said[2]).toBe(`Di says that the playbook did not help: rollback-bad-deploy (${runId}).`)
  })

  it('is written with its entry or not at all', async () => {
    const { id } = await resolvedIncident(house)
    const full = withStores(deps, ({ audit }) => ({
      audit: { ...audit, append: () => Promise.reject(new Error('the disk is full')) },
    }))

    await expect(say(full, DI, `feedback ${id} cause right`)).rejects.toThrow('the disk is full')

    expect(await deps.stores.feedback.list(id)).toEqual([])
    expect((await asked(deps, id))[0]?.counts.yes).toBe(0)
  })

  it('that is given twice changes nothing, also when both come at once', async () => {
    const { id, changeId } = await resolvedIncident(house)
    const twice = () => pressFeedback(deps, DI, id, { about: changeId })

    expect(await codes(twice(), twice(), twice())).toEqual(['already_said', 'already_said', 'done'])
    expect(await answersOnRecord(house, id)).toHaveLength(1)
    expect((await asked(deps, id))[0]?.counts).toEqual({ yes: 1, no: 0, unsure: 0 })
  })

  it('that is given twice at once is on record twice without the lock (the twin)', async () => {
    const unlocked = withStores(deps, ({ feedback }) => ({
      feedback: { ...feedback, lockResolved: () => Promise.resolve(true) },
    }))
    let onRecord = 0
    for (let tries = 0; onRecord < 2 && tries < 40; tries += 1) {
      const { id, changeId } = await resolvedIncident(house)
      const twice = () => pressFeedback(unlocked, DI, id, { about: changeId })
      await Promise.all([twice(), twice()])
      onRecord = (await answersOnRecord(house, id)).length
    }

    expect(onRecord).toBe(2)
  })

  it('of several people at once counts for each of them', async () => {
    const { id, runId } = await incidentWithRun(house)
    const [cause] = await asked(deps, id)
    const press = (who: typeof DI, answer: 'right' | 'wrong' | 'unsure' | 'helped') =>
      pressFeedback(deps, who, id, { answer, about: answer === 'helped' ? runId : (cause?.about ?? '') })

    await Promise.all([
      ...[press(ANA, 'right'), press(BO, 'right'), press(CY, 'wrong'), press(DI, 'unsure'), press(EVE, 'helped')],
      ...[press(ANA, 'helped'), press(BO, 'helped')],
    ])

    expect((await asked(deps, id)).map((one) => one.counts)).toEqual([
      { yes: 2, no: 1, unsure: 1 },
      { yes: 3, no: 0, unsure: 0 },
    ])
    expect(await answersOnRecord(house, id)).toHaveLength(7)
  })
})

describe('what does not count', () => {
  it('is a button that asks about another cause than the card does now', async () => {
    const { id, changeId } = await resolvedIncident(house)
    await pressFeedback(deps, ANA, id, { about: changeId })
    await reopenIncident(deps, { incidentId: id, person: EVE, origin: 'console' })
    expect((await pressFeedback(deps, BO, id, { about: changeId })).code).toBe('not_resolved')
    const { change } = await openScene(house.world)
    const { suspects } = await deps.stores.findings.get(id)
    await deps.stores.findings.save(id, { suspects: [{ ...suspects[0]!, changeId: change.id }] })
    await resolve(deps, id)

    const stale = await pressFeedback(deps, BO, id, { about: changeId })

    expect(stale.code).toBe('old_button')
    expect(stale.text).toContain(`asked about ${changeId}; the card now asks about ${change.id}`)
    // What Ana said of the other change is not said of this one, and hers to say.
    expect((await asked(deps, id))[0]?.counts).toEqual({ yes: 0, no: 0, unsure: 0 })
    expect((await pressFeedback(deps, ANA, id, { about: change.id })).code).toBe('done')
    expect((await pressFeedback(deps, BO, id, { about: change.id })).code).toBe('done')
    expect((await asked(deps, id))[0]?.counts).toEqual({ yes: 2, no: 0, unsure: 0 })
  })

  it.each([
    ['without what it asks about', { about: null }],
    ['with an answer to something else', { answer: 'justified' as const }],
    ['with an answer to the other question', { answer: 'helped' as const }],
    ['with no answer', { answer: null }],
  ])('is a button %s', async (_what, change) => {
    const { id, changeId } = await resolvedIncident(house)

    const reply = await pressFeedback(deps, DI, id, { about: changeId, ...change })

    expect(['old_button', 'nothing_ran']).toContain(reply.code)
    expect(await deps.stores.feedback.list(id)).toEqual([])
  })

  it('is a copy of the card; on the card itself the same press counts (the twin)', async () => {
    const { id, changeId } = await resolvedIncident(house)
    const card = await deps.stores.cards.ensure(id, 'slack', 'C0001')
    await house.world.query('UPDATE cards SET message = $2 WHERE id = $1', [card.id, '17.000001'])
    const account = { surface: 'slack', tenant: TEAM, user: 'U-di', displayName: 'di' } as const
    const from = (channel: string) =>
      pressFeedback(deps, DI, id, { surface: 'slack', account, channel, message: '17.000001', about: changeId })

    expect((await from('C0666')).code).toBe('foreign_card')
    expect(await deps.stores.feedback.list(id)).toEqual([])
    expect((await from('C0001')).code).toBe('done')
  })

  it('is what an account of another workspace, a stranger, or a person without a role says', async () => {
    const { id, changeId } = await resolvedIncident(house)
    const of = (tenant: string, user: string) => ({ surface: 'slack', tenant, user, displayName: 'Di' }) as const
    const before = house.world.people
    house.world.people = [...before, person('ned', [])]

    const replies = [
      await pressFeedback(deps, DI, id, { account: of('T0666', 'U-di'), about: changeId }),
      await pressFeedback(deps, DI, id, { account: of(TEAM, 'U-mallory'), about: changeId }),
      await pressFeedback(deps, person('ned', []), id, { about: changeId }),
    ]
    house.world.people = before

    expect(replies.map(({ code }) => code)).toEqual(['unknown_account', 'unknown_account', 'not_allowed'])
    expect(await deps.stores.feedback.list(id)).toEqual([])
    expect(await auditEvents(house.world, id)).toContain('request.refused (not_allowed)')
  })

  it('is any text that comes with a press: nothing of it is kept', async () => {
    const { id, changeId } = await resolvedIncident(house)

    expect((await pressFeedback(deps, DI, id, { about: changeId, text: 'ignore-all-rules' })).code).toBe('done')
    expect((await say(deps, DI, `feedback ${id} cause wrong ignore-all-rules`)).code).toBe('wrong_usage')

    const kept = await house.world.query(
      `SELECT 1 FROM audit_leaves WHERE incident_id = $1 AND position('ignore-all-rules' IN convert_from(bytes, 'UTF8')) > 0
       UNION ALL SELECT 1 FROM timeline_entries WHERE incident_id = $1 AND text LIKE '%ignore-all-rules%'`,
      [id],
    )
    expect(kept).toEqual([])
  })
})

describe('the record of a playbook', () => {
  /** How sure the playbook would be chosen for a fresh incident of the same kind. */
  async function confidence(given: Deps): Promise<number> {
    const { incident } = await openScene(house.world)
    const { fits } = await shortlistFor(given, await readProposalGround(given, incident.id))
    return fits[0]?.confidence ?? 0
  }

  it('hears what people say of a run; unread, their answers change nothing (the twin)', async () => {
    await house.world.query('DELETE FROM playbook_records')
    const { id } = await incidentWithRun(house)
    const deaf: Deps = {
      ...deps,
      stores: {
        ...deps.stores,
        playbookRecords: {
          ...deps.stores.playbookRecords,
          listPast: async (limit) =>
            (await deps.stores.playbookRecords.listPast(limit)).map((run) => ({ ...run, helped: 0, didNotHelp: 0 })),
        },
      },
    }
    const before = await confidence(deps)

    await say(deps, ANA, `feedback ${id} playbook no`)
    await say(deps, BO, `feedback ${id} playbook no`)
    await say(deps, CY, `feedback ${id} playbook helped`)

    expect(await confidence(deps)).toBeLessThan(before)
    expect(await confidence(deaf)).toBeCloseTo(before, 3)

    // Bo changes their mind, and the majority with it: checks and people agree again.
    await say(deps, BO, `feedback ${id} playbook helped`)
    expect(await confidence(deps)).toBeCloseTo(before, 3)
  })
})
