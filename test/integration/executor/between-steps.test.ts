import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { ANA, SERVICE, approveRun } from '../../fakes/counting-target/approved-run.ts'
import { advance, ledgerLines, openWorld, timelineTexts } from './world.ts'
import type { Replica, ReplicaOptions } from '../../fakes/counting-target/replica.ts'
import type { ApprovedRun } from '../../fakes/counting-target/approved-run.ts'
import type { World } from './world.ts'

/**
 * Between two steps nothing is read. The second is judged by the reading before the first, and its intent stands only
 * if the database finds nothing else changed; otherwise everything is read anew, and that says why.
 */
let world: World
let owner: Client
beforeAll(async () => {
  world = await openWorld()
  owner = new Client({ connectionString: world.database.ownerUrl })
  await owner.connect()
})
afterEach(async () => {
  await owner.query('UPDATE freezes SET lifted_at = clock_timestamp()')
  await world.closeReplicas()
})
afterAll(async () => {
  await owner.end()
  await world.close()
})

type Change = (approved: ApprovedRun, replica: Replica) => Promise<unknown>

async function changeBetween(name: string, change: Change, options: Partial<ReplicaOptions> = {}) {
  const replica = await world.replica(options)
  const step = { uses: 'pagerduty/note', resource: `between-${name}`, before: null } as const
  const approved = await approveRun(replica.deps.unitOfWork, [
    { ...step, id: 'first' },
    { ...step, id: 'second' },
  ])
  const { id, incidentId } = approved.run
  const ended = await advance(replica, id, {
    debugPoint: async (point, { stepId }) => {
      if (point === 'after-record' && stepId === 'first') await change(approved, replica)
    },
  })
  return {
    state: ended.state,
    effects: ['first', 'second'].map((stepId) => world.target.countOf(`${id}:${stepId}:main`)),
    said: (await timelineTexts(replica, incidentId)).at(-1),
    ledger: await ledgerLines(replica, id),
  }
}

/** The guard taken out: an intent that asks nobody whether anything has changed since. */
const UNASKED: Partial<ReplicaOptions> = {
  stores: (stores) => ({
    ...stores,
    ledger: { ...stores.ledger, intend: (lease, attempt, leaf) => stores.ledger.intend(lease, attempt, leaf) },
  }),
}

const STOPS: readonly (readonly [what: string, change: Change, says: RegExp])[] = [
  [
    'another plan in the database',
    ({ proposal }) =>
      owner.query(`UPDATE proposals SET plan_json = replace(plan_json, '"second"', '"altered"') WHERE id = $1`, [
        proposal.id,
      ]),
    /the stored plan of PRO-\d+ is not the one that was approved/,
  ],
  [
    'another expiry, which the signature covers',
    ({ proposal }) =>
      owner.query(`UPDATE proposals SET expires_at = expires_at + interval '1 hour' WHERE id = $1`, [proposal.id]),
    /the stored plan of PRO-\d+ is not the one that was approved/,
  ],
  [
    'a freeze',
    (_approved, { deps }) =>
      deps.stores.freezes.add({ service: SERVICE, reason: 'audit day', createdBy: ANA.id, forMs: 60_000 }),
    /checkout is frozen \(audit day\)/,
  ],
  [
    'another service of the incident, one that has been frozen all along',
    ({ run }) => owner.query(`UPDATE incidents SET service = 'web' WHERE id = $1`, [run.incidentId]),
    /web is frozen \(since before\)/,
  ],
  [
    'a person who stops it',
    ({ run }, { deps }) => deps.stores.runs.requestStop(run.id, ANA.id, 'not now'),
    /Ana Ruiz stopped it \(not now\)/,
  ],
  [
    'an approval withdrawn',
    ({ proposal }, { deps }) => deps.stores.decisions.withdraw(proposal.id, ANA.id),
    /the approvals no longer form the quorum/,
  ],
]

const freezeAnotherService = async () => {
  const { deps } = await world.replica()
  await deps.stores.freezes.add({ service: 'web', reason: 'since before', createdBy: ANA.id, forMs: 60_000 })
}

describe('what comes between two steps', () => {
  it.each(STOPS)('%s: the second is not sent, and the reason is said', async (what, change, says) => {
    await freezeAnotherService()
    const { state, effects, said } = await changeBetween(what.replaceAll(/\W/g, '-'), change)

    expect(state).toBe('stopped')
    expect(effects).toEqual([1, 0])
    expect(said).toMatch(says)
  })

  it.each(STOPS)('%s: the second is sent where the intent does not ask (the twin)', async (what, change) => {
    await freezeAnotherService()
    const { effects } = await changeBetween(`unasked-${what.replaceAll(/\W/g, '-')}`, change, UNASKED)

    expect(effects).toEqual([1, 1])
  })

  it('another row on the ledger: it is found, and its step is not sent', async () => {
    const { state, effects, ledger } = await changeBetween('ledger', ({ run }) =>
      owner.query(
        `INSERT INTO attempts (run_id, step_id, step_index, direction, effect, number, uses, crash_class, state,
                               idempotency_key, fence, request_hash, finished_at)
         SELECT run_id, 'second', 1, direction, effect, 1, uses, crash_class, 'done', 'k', fence, request_hash, finished_at
           FROM attempts WHERE run_id = $1`,
        [run.id],
      ),
    )

    expect(ledger).toEqual(['first main #1 done', 'second main #1 done'])
    expect({ state, effects }).toEqual({ state: 'succeeded', effects: [1, 0] })
  })

  it('nothing: both are sent (the twin), and the second asks for nothing that was read for the first', async () => {
    let readings = 0
    const counting: Partial<ReplicaOptions> = {
      stores: (stores) => ({
        ...stores,
        runReadings: {
          read: (...asked) => {
            readings += 1
            return stores.runReadings.read(...asked)
          },
        },
      }),
    }
    let before = 0
    const noteReadings = () => {
      before = readings
      return Promise.resolve()
    }
    const { state, effects } = await changeBetween('nothing', noteReadings, counting)

    expect({ state, effects }).toEqual({ state: 'succeeded', effects: [1, 1] })
    // One more: that nothing is left to do is read from the database.
    expect({ before, after: readings - before }).toEqual({ before: 2, after: 1 })
  })
})
