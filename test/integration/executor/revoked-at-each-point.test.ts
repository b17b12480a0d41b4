import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { ANA, BEN, RIA, approveRun } from '../../fakes/counting-target/approved-run.ts'
import { createPolicyEngine } from '../../../src/policy/cedar-engine.ts'
import { defaultPolicyFiles } from '../../unit/policy/default-policies.ts'
import { advance, find, ledgerLines, openWorld, timelineTexts } from './world.ts'
import type { ActionName } from '../../../src/domain/action.ts'
import type { DebugPoint } from '../../../src/executor/executor-deps.ts'
import type { AuthorizationRequest } from '../../../src/domain/authorization.ts'
import type { OnCallStanding } from '../../../src/domain/on-call.ts'
import type { Person } from '../../../src/domain/person.ts'
import type { World } from './world.ts'

/** T15: a role is taken away at each point of a run; what was not on its way by then has no effect. */
let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterEach(() => world.closeReplicas())
afterAll(() => world.close())

/** Besides the default policies, some that a bank might add. */
function policyWith(rule: string) {
  const { authorize } = createPolicyEngine([...defaultPolicyFiles(), { file: 'policies/bank.cedar', text: rule }])
  return authorize
}
const ONLY_THE_GROUP = policyWith(`@id("the-group-approves")
@says("only team-payments approves")
forbid (principal, action == Action::"approve", resource is Proposal)
unless { principal is Person && principal in Group::"team-payments" };
`)
const ONLY_ON_CALL = policyWith(`@id("approve-on-call")
@says("only whoever is on call approves")
forbid (principal, action == Action::"approve", resource is Proposal) unless { context.onCall == "yes" };
`)

const LOST: readonly (readonly [how: string, people: readonly Person[]])[] = [
  ['loses the role', [{ ...ANA, roles: ['responder'] }, BEN, RIA]],
  ['leaves the directory', [BEN, RIA]],
  ['leaves the group that a policy asks for', [{ ...ANA, groups: ['platform'] }, BEN, RIA]],
]
/** One that is marked as sent by itself, and one that is with its intent. */
const BOTH = ['argocd/sync', 'pagerduty/note'] as const
/** Up to here nothing has left us. */
const BEFORE: readonly (DebugPoint | 'at once')[] = ['at once', 'before-intent', 'after-intent']
/** From here the first step is on its way, under the approval that stood; the second is not. */
const AFTER: readonly DebugPoint[] = ['before-send', 'before-record', 'after-record']

let count = 0
async function revokedAt(
  revoke: DebugPoint | 'at once' | 'never',
  lost: readonly Person[],
  authorize: typeof ONLY_THE_GROUP = ONLY_THE_GROUP,
  uses: ActionName = 'argocd/sync',
) {
  let people: readonly Person[] = [ANA, BEN, RIA]
  const replica = await world.replica({
    people: () => people,
    authorize,
  })
  const resource = `revoked-${String((count += 1))}`
  const { run } = await approveRun(replica.deps.unitOfWork, [
    { id: 'first', uses, resource, with: { to: 'r1' } },
    { id: 'second', uses, resource, with: { to: 'r2' } },
  ])
  if (revoke === 'at once') people = lost
  const debugPoint = async (point: DebugPoint, { stepId }: { readonly stepId: string }) => {
    await Promise.resolve()
    if (point === revoke && stepId === 'first') people = lost
  }

  await advance(replica, run.id, { debugPoint })

  const effects = ['first', 'second'].map((step) => world.target.countOf(`${run.id}:${step}:main`))
  return { replica, run: await find(replica, run.id), effects, incidentId: run.incidentId }
}

describe.each(LOST)('an approver who %s', (_how, lost) => {
  it.each(BOTH.flatMap((uses) => BEFORE.map((point) => [point, uses] as const)))(
    '%s of %s: nothing is sent, and the reason is said',
    async (point, uses) => {
      const { replica, run, effects, incidentId } = await revokedAt(point, lost, ONLY_THE_GROUP, uses)

      expect(effects).toEqual([0, 0])
      expect(run.state).toBe('stopped')
      expect((await timelineTexts(replica, incidentId)).at(-1)).toMatch(/the approvals no longer form the quorum/)
      expect((await ledgerLines(replica, run.id)).filter((line) => !line.endsWith('failed'))).toEqual([])
    },
  )

  it.each(BOTH.flatMap((uses) => AFTER.map((point) => [point, uses] as const)))(
    '%s of %s: what is on its way is followed, and nothing is sent after it',
    async (point, uses) => {
      const { run, effects } = await revokedAt(point, lost, ONLY_THE_GROUP, uses)

      expect(effects).toEqual([1, 0])
      expect(run.state).toBe('stopped')
    },
  )
})

describe('an approver who keeps the role (the twin)', () => {
  it('has both steps carried out', async () => {
    const { run, effects } = await revokedAt('never', [])

    expect(effects).toEqual([1, 1])
    expect(run.state).toBe('succeeded')
  })
})

describe('the policy that is asked again about who approved', () => {
  /** The guard taken out: whoever approved once is taken to be allowed to for ever. */
  const neverAgain = (request: AuthorizationRequest) =>
    request.action === 'approve'
      ? ({ verdict: 'allow', reasons: [], policyVersion: 'policy-1' } as const)
      : ONLY_THE_GROUP(request)

  it('is what stops it: where nobody asks again, both steps are carried out (the twin)', async () => {
    const { run, effects } = await revokedAt('at once', LOST[2]![1], neverAgain)

    expect(effects).toEqual([1, 1])
    expect(run.state).toBe('succeeded')
  })

  it.each<[string, OnCallStanding | null, string]>([
    ['was on call when it was given, whatever the schedule says by now, lets it go on', 'yes', 'succeeded'],
    ['was not on call is worth nothing under a policy that asks for it since', 'no', 'stopped'],
    ['was on call for all anybody knew is worth nothing either', null, 'stopped'],
  ])('an approval of whoever %s', async (_what, standing, state) => {
    const replica = await world.replica({ authorize: ONLY_ON_CALL })
    const resource = `on-call-${String(standing)}`
    const { run, proposal } = await approveRun(
      replica.deps.unitOfWork,
      [{ id: 'first', uses: 'argocd/sync', resource, with: { to: 'r1' } }],
      { approvers: [] },
    )
    await replica.deps.stores.decisions.insert({
      ...{ proposalId: proposal.id, personId: ANA.id, personName: ANA.name, decision: 'approve', reason: null },
      ...{ planHash: proposal.planHash, rolesAtTime: ANA.roles, groupsAtTime: ANA.groups },
      ...{ surface: 'slack', onCall: standing },
    })

    expect((await advance(replica, run.id)).state).toBe(state)
    expect(world.target.countOf(`${run.id}:first:main`)).toBe(state === 'succeeded' ? 1 : 0)
  })
})
