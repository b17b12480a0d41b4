import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { ANA, BEN, RIA, approveRun } from '../../fakes/counting-target/approved-run.ts'
import { FAULTS, openChatPlatforms } from './chat-platforms.ts'
import { everybodyIsMember } from '../../fakes/everybody-is-member.ts'
import { advance, detailsOf, find, ledgerLines, openWorld, timelineTexts } from './world.ts'
import type { AccountStandings } from '../../../src/ports/account-standing.ts'
import type { AdvanceOptions } from '../../../src/orchestrator/advance-run.ts'
import type { ChatPlatforms } from './chat-platforms.ts'
import type { DebugPoint } from '../../../src/executor/executor-deps.ts'
import type { Replica } from '../../fakes/counting-target/replica.ts'
import type { SurfaceName } from '../../../src/domain/surface.ts'
import type { World } from './world.ts'

/** T15: the chat account of whoever approved is taken away after the approval; no role and no list has changed. */
let world: World
let chats: ChatPlatforms
beforeAll(async () => {
  world = await openWorld()
})
beforeEach(async () => {
  chats = await openChatPlatforms()
})
afterEach(async () => {
  await world.closeReplicas()
  await chats.close()
})
afterAll(() => world.close())

const MINUTE_MS = 60_000
const people = () => [ANA, BEN, RIA]

/** As the product asks: each account at its own platform. */
const asked: AccountStandings = {
  standingOf: (account) =>
    account.surface === 'console'
      ? everybodyIsMember.standingOf(account)
      : chats[account.surface].standings.standingOf(account),
}

let count = 0

async function approvedFrom(from: SurfaceName, accountStandings: AccountStandings = asked) {
  const replica = await world.replica({ people, accountStandings })
  const resource = `account-${String((count += 1))}`
  const steps = [
    { id: 'first', uses: 'argocd/sync', resource, with: { to: 'r1' } },
    { id: 'second', uses: 'argocd/sync', resource, with: { to: 'r2' } },
  ] as const
  const { run } = await approveRun(replica.deps.unitOfWork, steps, { from })
  const effects = () => ['first', 'second'].map((step) => world.target.countOf(`${run.id}:${step}:main`))
  return { replica, run, effects }
}

/** At a point of the first step; longer than an answer may come from memory. */
function at(point: DebugPoint, change: () => void): AdvanceOptions {
  const debugPoint: AdvanceOptions['debugPoint'] = async (reached, { stepId }) => {
    await Promise.resolve()
    if (reached !== point || stepId !== 'first') return
    change()
    chats.clock.advance(MINUTE_MS)
  }
  return { debugPoint }
}

async function endedBy(replica: Replica, runId: string) {
  const run = await find(replica, runId)
  const told = (await timelineTexts(replica, run.incidentId)).at(-1)
  return { state: run.state, detail: run.detail, told, audit: await detailsOf(world, runId, `run.${run.state}`) }
}

describe.each(FAULTS)('the account in %s by which a plan was approved, %s by now', (surface, what, says) => {
  it('lets nothing be sent, and card, timeline and log say whose account it is', async () => {
    const { replica, run, effects } = await approvedFrom(surface)
    await asked.standingOf(accountOfAna(surface))
    chats[surface].setAna(what)
    chats.clock.advance(MINUTE_MS)

    await advance(replica, run.id)

    expect(effects()).toEqual([0, 0])
    const ended = await endedBy(replica, run.id)
    expect(ended.state).toBe('stopped')
    expect(ended.detail).toContain(`the approvals no longer form the quorum (${says}; One more approval`)
    expect(ended.told).toContain(says)
    expect(JSON.stringify(ended.audit)).toContain(says)
  })

  it('lets nothing be sent after the step that was on its way', async () => {
    const { replica, run, effects } = await approvedFrom(surface)

    await advance(
      replica,
      run.id,
      at('after-record', () => {
        chats[surface].setAna(what)
      }),
    )

    expect(effects()).toEqual([1, 0])
    expect((await endedBy(replica, run.id)).told).toContain(says)
  })

  it('is what stops it: where nobody asks again, both steps are carried out (the twin)', async () => {
    const { replica, run, effects } = await approvedFrom(surface, everybodyIsMember)
    chats[surface].setAna(what)

    await advance(
      replica,
      run.id,
      at('after-record', () => undefined),
    )

    expect(effects()).toEqual([1, 1])
    expect((await find(replica, run.id)).state).toBe('succeeded')
  })
})

describe.each(['slack', 'teams'] as const)('an account in %s', (surface) => {
  it('that is a full member lets both steps be carried out (the twin)', async () => {
    const { replica, run, effects } = await approvedFrom(surface)

    expect(
      (
        await advance(
          replica,
          run.id,
          at('after-record', () => undefined),
        )
      ).state,
    ).toBe('succeeded')
    expect(effects()).toEqual([1, 1])
    expect(await detailsOf(world, run.id, 'step.intended')).not.toContainEqual(
      expect.objectContaining({ accountsNotAsked: expect.anything() }),
    )
  })

  it('that was restored before the next step counts again', async () => {
    const { replica, run, effects } = await approvedFrom(surface)
    chats[surface].setAna('gone')
    expect((await asked.standingOf(accountOfAna(surface))).kind).toBe('refused')
    chats[surface].setAna(null)
    chats.clock.advance(MINUTE_MS)

    expect((await advance(replica, run.id)).state).toBe('succeeded')
    expect(effects()).toEqual([1, 1])
  })

  it('that was restored after the run stopped counts for the next run', async () => {
    const first = await approvedFrom(surface)
    chats[surface].setAna('gone')
    expect((await advance(first.replica, first.run.id)).state).toBe('stopped')
    chats[surface].setAna(null)
    chats.clock.advance(MINUTE_MS)
    const next = await approvedFrom(surface)

    expect((await advance(next.replica, next.run.id)).state).toBe('succeeded')
    expect(next.effects()).toEqual([1, 1])
  })

  it('is asked about once while its platform does not answer, which takes nothing back and is on record', async () => {
    let questions = 0
    const counted: AccountStandings = {
      standingOf: (account) => {
        questions += 1
        return asked.standingOf(account)
      },
    }
    const { replica, run, effects } = await approvedFrom(surface, counted)
    chats[surface].setOutage(true)

    const ended = await advance(replica, run.id, { pace: { standingAgainMs: 600_000, standingWithinMs: MINUTE_MS } })

    expect(ended.state).toBe('succeeded')
    expect(effects()).toEqual([1, 1])
    expect(questions).toBe(1)
    const intended = await detailsOf(world, run.id, 'step.intended')
    expect(intended.map(({ accountsNotAsked }) => accountsNotAsked)).toEqual([[ANA.id], [ANA.id]])
  })

  it('that the directory lists no more takes its approval with it', async () => {
    const { run, effects } = await approvedFrom(surface)
    const unlisted = { ...ANA, [surface]: null }
    const replica = await world.replica({ people: () => [unlisted, BEN, RIA], accountStandings: asked })

    await advance(replica, run.id)

    expect(effects()).toEqual([0, 0])
    const name = surface === 'slack' ? 'Slack' : 'Teams'
    expect((await endedBy(replica, run.id)).told).toContain(`Ana Ruiz has no account of ${name} any more`)
  })
})

const accountOfAna = (surface: 'slack' | 'teams') => {
  const ids = surface === 'slack' ? { tenant: ANA.slack!.team, user: ANA.slack!.user } : ANA.teams!
  return { surface, displayName: ANA.name, ...ids }
}

describe('a question about an account', () => {
  it('is not waited for longer than the run may', async () => {
    const never: AccountStandings = { standingOf: () => new Promise(() => undefined) }
    const { replica, run, effects } = await approvedFrom('slack', never)

    expect((await advance(replica, run.id, { pace: { standingWithinMs: 10 } })).state).toBe('succeeded')
    expect(effects()).toEqual([1, 1])
  })

  it('is not put to anybody for an approval that was given in the console', async () => {
    const questions: string[] = []
    const noted: AccountStandings = {
      standingOf: async ({ user }) => {
        questions.push(user)
        return { kind: 'refused', fault: 'deactivated' }
      },
    }
    const { replica, run, effects } = await approvedFrom('console', noted)

    expect((await advance(replica, run.id)).state).toBe('succeeded')
    expect(effects()).toEqual([1, 1])
    expect(questions).toEqual([])
    expect(await ledgerLines(replica, run.id)).toEqual(['first main #1 done', 'second main #1 done'])
  })
})
