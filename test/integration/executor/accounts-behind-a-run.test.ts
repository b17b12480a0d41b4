import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { ANA, BEN, approveRun } from '../../fakes/counting-target/approved-run.ts'
import { askedOf, look, nestedRun, pressStep } from './nested-world.ts'
import { advance, detailsOf, find, openWorld, timelineTexts } from './world.ts'
import { loadIncidentView } from '../../../src/orchestrator/load-incident-view.ts'
import { renderCard } from '../../../src/adapters/slack/render/render-card.ts'
import { settleStep } from '../../../src/orchestrator/settle-step.ts'
import { undoRun } from '../../../src/orchestrator/undo-run.ts'
import { waitUntil } from '../../support/wait-until.ts'
import type { AccountStandings, StandingFault } from '../../../src/ports/account-standing.ts'
import type { DebugPoint } from '../../../src/executor/executor-deps.ts'
import type { Person } from '../../../src/domain/person.ts'
import type { Replica } from '../../fakes/counting-target/replica.ts'
import type { World } from './world.ts'

/** T15: accounts of those who pressed Undo, broke the glass or approved a step, taken away after they did. */
let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterEach(() => world.closeReplicas())
afterAll(() => world.close())

type Chat = 'slack' | 'teams'
const CHATS: readonly Chat[] = ['slack', 'teams']
const NAMES = { slack: 'Slack', teams: 'Teams' } as const

/** What the platforms say, by account; everybody else is a full member. */
function openPlatforms() {
  const faults = new Map<string, StandingFault>()
  const idOf = ({ slack, teams }: Person, surface: Chat) => (surface === 'slack' ? slack!.user : teams!.user)
  const asked: string[] = []
  const standings: AccountStandings = {
    standingOf: async ({ surface, user }) => {
      asked.push(`${surface} ${user}`)
      const fault = faults.get(`${surface} ${user}`)
      return fault === undefined ? { kind: 'member' } : { kind: 'refused', fault }
    },
  }
  return {
    asked,
    standings,
    takeAway: (person: Person, surface: Chat) => faults.set(`${surface} ${idOf(person, surface)}`, 'deactivated'),
    giveBack: (person: Person, surface: Chat) => faults.delete(`${surface} ${idOf(person, surface)}`),
  }
}
type Platforms = ReturnType<typeof openPlatforms>

let count = 0
const nextResource = () => `behind-${String((count += 1))}`

const at = (point: DebugPoint, step: string, change: () => void) => ({
  debugPoint: async (reached: DebugPoint, { stepId }: { readonly stepId: string }) => {
    await Promise.resolve()
    if (reached === point && stepId === step) change()
  },
})

/** A run that failed after two steps, approved by Ben, whose undo Ana presses in a chat. */
async function pressUndo(surface: Chat, platforms: Platforms) {
  const replica = await world.replica({ accountStandings: platforms.standings })
  const resource = nextResource()
  world.target.checks.set(resource, 'fails')
  const { run } = await approveRun(
    replica.deps.unitOfWork,
    [
      { id: 'first', uses: 'argocd/sync', resource, with: { to: 'r1' }, undoTo: 'r0' },
      { id: 'second', uses: 'argocd/sync', resource, with: { to: 'r2' }, undoTo: 'r1' },
      { id: 'healthy', uses: 'prometheus/assert', resource },
    ],
    { approvers: [BEN], from: surface },
  )
  expect((await advance(replica, run.id)).state).toBe('failed')
  await undoRun(replica.deps, { runId: run.id, person: ANA, origin: surface })
  const effects = () => ['second', 'first'].map((step) => world.target.countOf(`${run.id}:undo.${step}:main`))
  return { replica, run, effects }
}

describe.each(CHATS)('the account in %s of whoever pressed Undo', (surface) => {
  const says = `Ana Ruiz, who pressed Undo, may not undo it any more (${NAMES[surface]} says that the account of Ana Ruiz is deactivated)`

  it('stops the undo before its first step once it is taken away, and the reason is said', async () => {
    const platforms = openPlatforms()
    const { replica, run, effects } = await pressUndo(surface, platforms)
    platforms.takeAway(ANA, surface)

    const ended = await advance(replica, run.id)

    expect(effects()).toEqual([0, 0])
    expect(ended).toMatchObject({ state: 'stopped', direction: 'undo' })
    expect(ended.detail).toContain(says)
    expect((await timelineTexts(replica, run.incidentId)).at(-1)).toContain(says)
  })

  it('stops it between two steps; given back, the same person may press it again, and it goes to its end', async () => {
    const platforms = openPlatforms()
    const { replica, run, effects } = await pressUndo(surface, platforms)
    const takeAway = () => platforms.takeAway(ANA, surface)
    expect((await advance(replica, run.id, at('after-record', 'second', takeAway))).state).toBe('stopped')
    expect(effects()).toEqual([1, 0])

    platforms.giveBack(ANA, surface)
    await undoRun(replica.deps, { runId: run.id, person: ANA, origin: surface })

    expect((await advance(replica, run.id)).state).toBe('undone')
    expect(effects()).toEqual([1, 1])
  })

  it('is the one that is asked about: an approver of the plan whose account is taken away does not stop it', async () => {
    const platforms = openPlatforms()
    const { replica, run, effects } = await pressUndo(surface, platforms)
    platforms.takeAway(BEN, surface)

    expect((await advance(replica, run.id)).state).toBe('undone')
    expect(effects()).toEqual([1, 1])
  })

  it('is what stops it: where nobody asks again, the undo goes to its end (the twin)', async () => {
    const platforms = openPlatforms()
    const { run, effects } = await pressUndo(surface, platforms)
    platforms.takeAway(ANA, surface)
    const unguarded = await world.replica()

    expect((await advance(unguarded, run.id)).state).toBe('undone')
    expect(effects()).toEqual([1, 1])
  })
})

/** A step whose answer was lost, and which two people have sent again from a chat. */
async function retried(surface: Chat, accountStandings: AccountStandings) {
  const replica = await world.replica({ accountStandings })
  const resource = nextResource()
  world.target.misbehave({ kind: 'effect-then-drop', matches: (request) => request.text.includes(`"${resource}"`) })
  const { run } = await approveRun(replica.deps.unitOfWork, [{ id: 'move', uses: 'lambda/invoke', resource }], {
    ...{ plan: { tier: 3 }, approvers: [ANA, BEN] },
  })
  expect((await advance(replica, run.id)).state).toBe('unknown')
  for (const person of [ANA, BEN]) {
    const said = { stepId: 'move', choice: 'retry', reason: 'looked', person, origin: surface } as const
    await settleStep(replica.deps, { runId: run.id, ...said })
  }
  return { replica, run, effects: () => world.target.countOf(`${run.id}:move:main`) }
}

describe.each(CHATS)('the account in %s of somebody who had a step sent again', (surface) => {
  it.each([
    ['taken away, keeps it from being sent', true, 'stopped', 1],
    ['left as it is, has it sent (the twin)', false, 'succeeded', 2],
  ])('%s', async (_what, isTakenAway, state, effects) => {
    const platforms = openPlatforms()
    const made = await retried(surface, platforms.standings)
    if (isTakenAway) platforms.takeAway(ANA, surface)

    const ended = await advance(made.replica, made.run.id)

    expect(made.effects()).toBe(effects)
    expect(ended.state).toBe(state)
    if (isTakenAway) {
      expect(ended.detail).toContain(`${NAMES[surface]} says that the account of Ana Ruiz is deactivated`)
    }
  })
})

/** A plan that nobody approved, with the glass broken for it by Ana in a chat. */
async function breakGlass(replica: Replica, surface: Chat) {
  const made = await approveRun(
    replica.deps.unitOfWork,
    [{ id: 'first', uses: 'argocd/sync', resource: nextResource(), with: { to: 'r1' } }],
    { approvers: [] },
  )
  await replica.deps.stores.proposals.move(made.proposal.id, ['approved'], 'pending', null)
  await replica.deps.stores.glass.breakGlass({
    ...{ proposalId: made.proposal.id, incidentId: made.run.incidentId, personId: ANA.id, personName: ANA.name },
    ...{ rolesAtTime: ANA.roles, reason: 'nobody answers', planHash: made.proposal.planHash, surface },
    ...{ skipped: [BEN.id], forMs: 3_600_000, reviewMs: 172_800_000 },
  })
  return { run: made.run, effects: () => world.target.countOf(`${made.run.id}:first:main`) }
}

describe.each(CHATS)('the account in %s of whoever broke the glass', (surface) => {
  it.each([
    ['taken away, stops the run', true, 'stopped', 0],
    ['left as it is, lets it go on (the twin)', false, 'succeeded', 1],
  ])('%s', async (_what, isTakenAway, state, sent) => {
    const platforms = openPlatforms()
    const replica = await world.replica({ accountStandings: platforms.standings })
    const { run, effects } = await breakGlass(replica, surface)
    if (isTakenAway) platforms.takeAway(ANA, surface)

    const ended = await advance(replica, run.id)

    expect(effects()).toBe(sent)
    expect(ended.state).toBe(state)
    const says = `Ana Ruiz, who broke the glass, does not count any more (${NAMES[surface]} says that`
    if (isTakenAway) expect(ended.detail).toContain(says)
  })
})

/** As both surfaces show it: the words are laid out once for all. */
async function cardOf(replica: Replica, incidentId: string): Promise<string> {
  const view = await loadIncidentView(replica.deps, incidentId)
  return JSON.stringify(renderCard(view!))
}

/** The plan approved in the console, so that only the approval of its step is given in a chat. */
async function waitingForStep(accountStandings: AccountStandings) {
  const replica = await world.replica({ accountStandings })
  const nested = await nestedRun(replica, (key) => world.target.countOf(key))
  await waitUntil('the run asks', async () => {
    await look(replica, nested.run.id)
    return (await replica.deps.stores.stepApprovals.list(nested.run.id)).length > 0
  })
  return { replica, nested }
}

describe.each(CHATS)('the account in %s by which a step of a run was approved', (surface) => {
  it('taken away before the run takes the approval: it waits, says why, and goes on when it is given back', async () => {
    const platforms = openPlatforms()
    const { replica, nested } = await waitingForStep(platforms.standings)
    await pressStep(replica, nested, BEN, { origin: surface })
    platforms.takeAway(BEN, surface)

    await look(replica, nested.run.id)
    expect((await find(replica, nested.run.id)).state).toBe('waiting')
    expect((await askedOf(replica, nested.run.id)).state).toBe('pending')
    expect(nested.effects().after).toBe(0)
    const says = `An approval of step confirm does not count: ${NAMES[surface]} says that the account of Ben Okafor is deactivated.`
    expect((await find(replica, nested.run.id)).detail).toContain(says)
    await look(replica, nested.run.id)
    expect((await timelineTexts(replica, nested.run.incidentId)).filter((text) => text.includes(says))).toHaveLength(1)
    expect(await detailsOf(world, nested.run.id, 'run.delayed')).toEqual([
      expect.objectContaining({ lacks: 'approvals', reason: expect.stringContaining(says) }),
    ])
    expect(await cardOf(replica, nested.run.incidentId)).toContain(says)

    platforms.giveBack(BEN, surface)
    expect((await advance(replica, nested.run.id)).state).toBe('succeeded')
    expect(nested.effects().after).toBe(1)
  })

  it('taken away before the next step: nothing is sent, and the reason is said', async () => {
    const platforms = openPlatforms()
    const { replica, nested } = await waitingForStep(platforms.standings)
    await pressStep(replica, nested, BEN, { origin: surface })

    const takeAway = () => platforms.takeAway(BEN, surface)
    const ended = await advance(replica, nested.run.id, at('after-record', 'confirm', takeAway))

    expect(nested.effects().after).toBe(0)
    expect(ended.state).toBe('stopped')
    expect(ended.detail).toContain(
      `the approvals of step confirm do not form its quorum (${NAMES[surface]} says that the account of Ben Okafor is deactivated`,
    )
  })

  it('taken away is what stops it: where nobody asks again, the next step is sent (the twin)', async () => {
    const platforms = openPlatforms()
    const { replica, nested } = await waitingForStep(platforms.standings)
    await pressStep(replica, nested, BEN, { origin: surface })
    platforms.takeAway(BEN, surface)
    const unguarded = await world.replica()

    expect((await advance(unguarded, nested.run.id)).state).toBe('succeeded')
    expect(nested.effects().after).toBe(1)
  })

  it('is asked about while nobody holds the row that decisions are made under', async () => {
    const { proposals, unitOfWork } = await lockable()
    const free: string[] = []
    const locking: AccountStandings = {
      standingOf: async ({ user }) => {
        await unitOfWork.run((stores) => stores.proposals.lock(proposals.at(-1) ?? ''))
        free.push(user)
        return { kind: 'member' }
      },
    }
    const { replica, nested } = await waitingForStep(locking)
    proposals.push(nested.proposal.id)
    await pressStep(replica, nested, BEN, { origin: surface })

    // So long that a question which waits for the lock would keep the run for ever.
    const ended = await advance(replica, nested.run.id, { pace: { standingWithinMs: 600_000 } })
    expect(ended.state).toBe('succeeded')
    expect(new Set(free)).toEqual(new Set([surface === 'slack' ? BEN.slack!.user : BEN.teams!.user]))
  })
})

/** Another connection, which waits for whoever holds a lock. */
async function lockable() {
  const { deps } = await world.replica()
  const proposals: string[] = []
  return { proposals, unitOfWork: deps.unitOfWork }
}
