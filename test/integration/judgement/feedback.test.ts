import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { deployOf, openJudgementWorld } from './judgement-world.ts'
import { recordFeedback } from '../../../src/orchestrator/record-feedback.ts'
import { refreshIncident } from '../../../src/orchestrator/refresh-incident.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { JudgementWorld } from './judgement-world.ts'
import type { Person } from '../../../src/domain/person.ts'

let world: JudgementWorld
beforeAll(async () => {
  world = await openJudgementWorld()
})
afterAll(() => world.close())

const responder = (id: string): Person => ({
  ...{ id, name: id, slack: null, teams: null, groups: [], roles: ['responder'] },
})

/** What the record of checkout says of the suspect of a fresh incident. */
async function historyReason(deps: Deps): Promise<{ text: string; weight: number } | undefined> {
  const id = await world.openIncident()
  await refreshIncident(deps, { incidentId: id }, AbortSignal.timeout(60_000))
  const { suspects } = await deps.stores.findings.get(id)
  return suspects[0]?.reasons.find(({ feature }) => feature === 'history')
}

describe('a change that people say was the cause', () => {
  it('counts in the record of its service from then on; unread, their answers change nothing (the twin)', async () => {
    const { deps, history } = world
    const earlier = [1_500, 3_000, 4_500].map((minutes) =>
      deployOf('checkout', minutes, { revision: `aaaa${String(minutes)}`, previous: null }),
    )
    history.push(deployOf('checkout', 5), ...earlier)
    const before = await historyReason(deps)
    const [first] = await deps.stores.changes.listBetween(['checkout'], earlier[0]!.at, earlier[0]!.finishedAt!)
    const incidentId = await world.openIncident()
    const suspect = { service: 'checkout', kind: 'deploy', at: first!.at, revision: null, reasons: [] } as const
    await deps.stores.findings.save(incidentId, { suspects: [{ ...suspect, changeId: first!.id, probability: 0.7 }] })
    await deps.stores.incidents.move(incidentId, ['open'], 'resolved')
    const say = (id: string, answer: 'yes' | 'no') =>
      recordFeedback(deps, {
        ...{ incidentId, person: responder(id), origin: 'console', question: 'cause', about: null, answer },
      })

    await say('ana', 'yes')

    expect(before?.text).toBe('0 of the 3 changes of checkout before it failed or were rolled back.')
    const after = await historyReason(deps)
    expect(after?.text).toBe('1 of the 3 changes of checkout before it failed, were rolled back or caused an incident.')
    expect(after?.weight).toBeGreaterThan(before?.weight ?? Infinity)
    const feedback = { ...deps.stores.feedback, listByChanges: () => Promise.resolve([]) }
    expect(await historyReason({ ...deps, stores: { ...deps.stores, feedback } })).toEqual(before)

    // As many say that it was not: then nobody knows, and the deploy itself went well.
    await say('bo', 'no')
    expect(await historyReason(deps)).toEqual(before)
  })
})
