import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { ANA, BEN, RIA, approveRun } from '../../fakes/counting-target/approved-run.ts'
import { PATIENT, advance, find, ledgerLines, openWorld, timelineTexts } from './world.ts'
import type { DebugPoint } from '../../../src/executor/executor-deps.ts'
import type { Person } from '../../../src/domain/person.ts'
import type { World } from './world.ts'

/** T15: a role is taken away at each point of a run; what was not on its way by then has no effect. */
let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterEach(() => world.closeReplicas())
afterAll(() => world.close())

const LOST: readonly (readonly [how: string, people: readonly Person[]])[] = [
  ['loses the role', [{ ...ANA, roles: ['responder'] }, BEN, RIA]],
  ['leaves the directory', [BEN, RIA]],
]
/** Up to here nothing has left us. */
const BEFORE: readonly (DebugPoint | 'at once')[] = ['at once', 'before-intent', 'after-intent']
/** From here the first step is on its way, under the approval that stood; the second is not. */
const AFTER: readonly DebugPoint[] = ['before-send', 'before-record', 'after-record']

async function revokedAt(revoke: DebugPoint | 'at once' | 'never', lost: readonly Person[]) {
  let people: readonly Person[] = [ANA, BEN, RIA]
  const replica = await world.replica({
    people: () => people,
    settings: PATIENT,
    actions: world.patientActions(),
  })
  const resource = `revoked-${revoke}-${String(lost.length)}`.replaceAll(' ', '-')
  const { run } = await approveRun(replica.deps.unitOfWork, [
    { id: 'first', uses: 'argocd/sync', resource, with: { to: 'r1' } },
    { id: 'second', uses: 'argocd/sync', resource, with: { to: 'r2' } },
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
  it.each(BEFORE)('%s: nothing is sent, and the reason is said', async (point) => {
    const { replica, run, effects, incidentId } = await revokedAt(point, lost)

    expect(effects).toEqual([0, 0])
    expect(run.state).toBe('stopped')
    expect((await timelineTexts(replica, incidentId)).at(-1)).toMatch(/the approvals no longer form the quorum/)
    expect((await ledgerLines(replica, run.id)).filter((line) => !line.endsWith('failed'))).toEqual([])
  })

  it.each(AFTER)('%s: what is on its way is followed, and nothing is sent after it', async (point) => {
    const { run, effects } = await revokedAt(point, lost)

    expect(effects).toEqual([1, 0])
    expect(run.state).toBe('stopped')
  })
})

describe('an approver who keeps the role (the twin)', () => {
  it('has both steps carried out', async () => {
    const { run, effects } = await revokedAt('never', [])

    expect(effects).toEqual([1, 1])
    expect(run.state).toBe('succeeded')
  })
})
