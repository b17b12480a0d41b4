import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { ANA, BEN, RIA, approveRun } from '../../fakes/counting-target/approved-run.ts'
import { createPolicyEngine } from '../../../src/policy/cedar-engine.ts'
import { defaultPolicyFiles } from '../../unit/policy/default-policies.ts'
import { undoRun } from '../../../src/orchestrator/undo-run.ts'
import { advance, auditEvents, find, ledgerLines, openWorld, timelineTexts } from './world.ts'
import type { AuthorizationRequest } from '../../../src/domain/authorization.ts'
import type { DebugPoint } from '../../../src/executor/executor-deps.ts'
import type { Person } from '../../../src/domain/person.ts'
import type { Origin } from '../../../src/domain/surface.ts'
import type { World } from './world.ts'

/** T15: whoever pressed Undo loses the right to at each point of the undo; what was not on its way has no effect. */
let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterEach(() => world.closeReplicas())
afterAll(() => world.close())

/** Besides the default policies, one that a bank might add. */
function policyWith(rule: string) {
  return createPolicyEngine([...defaultPolicyFiles(), { file: 'policies/bank.cedar', text: rule }]).authorize
}
const ONLY_THE_GROUP = policyWith(`@id("the-group-undoes")
@says("only team-payments undoes")
forbid (principal, action == Action::"undo", resource)
unless { principal is Person && principal in Group::"team-payments" };
`)
const NOT_FROM_SLACK = policyWith(`@id("not-from-slack")
@says("nobody undoes from Slack")
forbid (principal, action == Action::"undo", resource) when { context.surface == "slack" };
`)

const EVERYBODY = [ANA, BEN, RIA]
const LOST: readonly (readonly [how: string, people: readonly Person[], says: RegExp])[] = [
  [
    'loses the role',
    [{ ...ANA, roles: ['responder'] }, BEN, RIA],
    /Ana Ruiz, who pressed Undo, may not undo it any more \(the role responder does not allow it\)/,
  ],
  ['leaves the directory', [BEN, RIA], /ana@bank\.example, who pressed Undo, is not in the directory any more/],
  [
    'leaves the group that a policy asks for',
    [{ ...ANA, groups: ['platform'] }, BEN, RIA],
    /Ana Ruiz, who pressed Undo, may not undo it any more \(only team-payments undoes\)/,
  ],
]
/** Up to here nothing has left us. */
const BEFORE: readonly (DebugPoint | 'at once')[] = ['at once', 'before-intent', 'after-intent']
/** From here the first step back is on its way; the other one is not. */
const AFTER: readonly DebugPoint[] = ['before-send', 'before-record', 'after-record']

type Authorize = (request: AuthorizationRequest) => ReturnType<typeof ONLY_THE_GROUP>

let count = 0

/** A run of two steps and a check that fails, approved by Ben, whose undo Ana presses. */
async function pressUndo(authorize: { current: Authorize }, people: { current: readonly Person[] }, origin: Origin) {
  const replica = await world.replica({
    people: () => people.current,
    authorize: (request) => authorize.current(request),
  })
  const resource = `undoer-${String((count += 1))}`
  world.target.checks.set(resource, 'fails')
  const { run } = await approveRun(
    replica.deps.unitOfWork,
    [
      { id: 'first', uses: 'argocd/sync', resource, with: { to: 'r1' }, undoTo: 'r0' },
      { id: 'second', uses: 'argocd/sync', resource, with: { to: 'r2' }, undoTo: 'r1' },
      { id: 'healthy', uses: 'prometheus/assert', resource },
    ],
    { approvers: [BEN] },
  )
  expect((await advance(replica, run.id)).state).toBe('failed')
  await undoRun(replica.deps, { runId: run.id, person: ANA, origin })
  const effects = () => ['second', 'first'].map((step) => world.target.countOf(`${run.id}:undo.${step}:main`))
  return { replica, run, effects }
}

async function revokedAt(
  revoke: DebugPoint | 'at once' | 'never',
  lost: readonly Person[],
  authorize: Authorize = ONLY_THE_GROUP,
) {
  const people = { current: EVERYBODY as readonly Person[] }
  const { replica, run, effects } = await pressUndo({ current: authorize }, people, 'console')
  if (revoke === 'at once') people.current = lost
  const debugPoint = async (point: DebugPoint, { stepId }: { readonly stepId: string }) => {
    await Promise.resolve()
    if (point === revoke && stepId === 'second') people.current = lost
  }

  await advance(replica, run.id, { debugPoint })

  return { replica, people, run: await find(replica, run.id), effects }
}

describe.each(LOST)('whoever pressed Undo and %s', (_how, lost, says) => {
  it.each(BEFORE)('%s: nothing is sent, and the reason is said', async (point) => {
    const { replica, run, effects } = await revokedAt(point, lost)

    expect(effects()).toEqual([0, 0])
    expect(run).toMatchObject({ state: 'stopped', direction: 'undo' })
    expect(run.detail).toMatch(says)
    expect((await timelineTexts(replica, run.incidentId)).at(-1)).toMatch(says)
    const back = (await ledgerLines(replica, run.id)).filter((line) => line.startsWith('undo '))
    expect(back.filter((line) => !line.endsWith('failed'))).toEqual([])
  })

  it.each(AFTER)('%s: what is on its way is followed, and nothing is sent after it', async (point) => {
    const { run, effects } = await revokedAt(point, lost)

    expect(effects()).toEqual([1, 0])
    expect(run.state).toBe('stopped')
    expect(run.detail).toMatch(says)
  })
})

describe('an undo', () => {
  it('goes to its end where whoever pressed it keeps the role (the twin)', async () => {
    const { run, effects } = await revokedAt('never', [])

    expect(effects()).toEqual([1, 1])
    expect(run.state).toBe('undone')
  })

  it('goes to its end where nobody asks again (the twin)', async () => {
    /** The guard taken out: whoever could press it once is taken to be allowed to for ever. */
    const neverAgain: Authorize = (request) =>
      request.action === 'undo' ? { verdict: 'allow', reasons: [], policyVersion: 'policy-1' } : ONLY_THE_GROUP(request)

    const { run, effects } = await revokedAt('at once', LOST[0]![1], neverAgain)

    expect(effects()).toEqual([1, 1])
    expect(run.state).toBe('undone')
  })

  it('is not stopped by an approver of the plan who loses the role: whoever pressed it answers for it', async () => {
    const { run, effects } = await revokedAt('at once', [ANA, { ...BEN, roles: [] }, RIA])

    expect(effects()).toEqual([1, 1])
    expect(run.state).toBe('undone')
  })

  it.each<[Origin, string, readonly number[]]>([
    ['slack', 'stopped', [0, 0]],
    ['teams', 'undone', [1, 1]],
  ])('that was pressed in %s is put to the policy as that', async (origin, state, sent) => {
    const authorize: { current: Authorize } = { current: ONLY_THE_GROUP }
    const { replica, run, effects } = await pressUndo(authorize, { current: EVERYBODY }, origin)
    authorize.current = NOT_FROM_SLACK

    const ended = await advance(replica, run.id)

    expect(ended.state).toBe(state)
    expect(effects()).toEqual(sent)
  })

  it('that stopped goes on where it stood when another approver presses it', async () => {
    const { replica, run, effects } = await revokedAt('after-record', LOST[0]![1])
    expect(run.detail).toMatch(/An approver may press Undo again\./)

    const again = await undoRun(replica.deps, { runId: run.id, person: BEN, origin: 'teams' })
    const ended = await advance(replica, run.id)

    expect(again.undoRequest).toEqual({ by: BEN.id, from: 'teams' })
    expect(ended.state).toBe('undone')
    expect(effects()).toEqual([1, 1])
    const presses = (await auditEvents(world, run.id)).filter((event) => event === 'run.undo_requested')
    expect(presses).toHaveLength(2)
  })
})
