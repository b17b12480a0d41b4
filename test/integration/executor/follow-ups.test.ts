import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { ANA, CATALOG, SERVICE, approveRun } from '../../fakes/counting-target/approved-run.ts'
import { handOverFollowUp } from '../../../src/orchestrator/hand-over-follow-up.ts'
import { loadIncidentView } from '../../../src/orchestrator/load-incident-view.ts'
import { remindFollowUps } from '../../../src/orchestrator/remind-follow-ups.ts'
import { resolveIncident } from '../../../src/orchestrator/resolve-incident.ts'
import { undoRun } from '../../../src/orchestrator/undo-run.ts'
import { watchFollowUps } from '../../../src/orchestrator/watch-follow-ups.ts'
import { advance, openWorld } from './world.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { DeployState } from '../../../src/ports/deploy-state.ts'
import type { Replica } from '../../fakes/counting-target/replica.ts'
import type { Run } from '../../../src/domain/run.ts'
import type { World } from './world.ts'

let world: World
let admin: Client
beforeAll(async () => {
  world = await openWorld()
  admin = new Client({ connectionString: world.database.ownerUrl })
  await admin.connect()
})
afterEach(() => world.closeReplicas())
afterAll(async () => {
  await admin.end()
  await world.close()
})

const BY_ANA = { person: ANA, origin: 'console' as const }

/** A rollback that suspended auto-sync, on an app of its own. */
async function rollBack(
  app: string,
  ending: 'succeeds' | 'fails' = 'succeeds',
): Promise<{ readonly replica: Replica; readonly run: Run }> {
  const replica = await world.replica()
  if (ending === 'fails') world.target.checks.set(app, 'fails')
  const { run } = await approveRun(replica.deps.unitOfWork, [
    { id: 'back', uses: 'argocd/rollback', resource: app, with: { app, to: 'r9', autoSync: 'suspend' }, undoTo: 'r0' },
    { id: 'healthy', uses: 'prometheus/assert', resource: app },
  ])
  expect((await advance(replica, run.id)).state).toBe(ending === 'fails' ? 'failed' : 'succeeded')
  return { replica, run }
}

const openOnes = async (deps: Deps, incidentId: string) =>
  (await deps.stores.followUps.list(incidentId)).filter(({ state }) => state === 'open')

async function onlyOne(deps: Deps, incidentId: string) {
  const [followUp, ...others] = await deps.stores.followUps.list(incidentId)
  if (followUp === undefined || others.length > 0) throw new Error('There is not one follow-up.')
  return followUp
}

/** As if the time had come, by the database's clock. */
const makeDue = (id: string) =>
  admin.query(`UPDATE follow_ups SET remind_at = clock_timestamp(), look_at = clock_timestamp() WHERE id = $1`, [id])

const told = async (incidentId: string) => {
  const { rows } = await admin.query<{ text: string }>(
    `SELECT payload ->> 'text' AS text FROM outbox_messages
      WHERE payload ->> 'kind' = 'thread' AND payload ->> 'incidentId' = $1 ORDER BY id`,
    [incidentId],
  )
  return rows.map(({ text }) => text)
}

/** Argo CD as it would show the app now. */
function seeing(deps: Deps, app: string, state: Partial<DeployState>): Deps {
  const service = CATALOG.services.get(SERVICE)
  if (service === undefined) throw new Error('There is no service.')
  const shown = { app, health: 'Healthy', sync: 'OutOfSync', revision: 'r9', autoSync: false, operationPhase: null }
  return {
    ...deps,
    catalog: { services: new Map([[SERVICE, { ...service, argocd: { app, project: null } }]]) },
    deployState: { read: () => Promise.resolve({ ...shown, history: [], url: null, ...state }) },
  }
}

describe('what a rollback leaves open', () => {
  it('is on record and on the card until auto-sync is found on again, by whomever', async () => {
    const { replica, run } = await rollBack('left-1')
    const { deps } = replica
    const followUp = await onlyOne(deps, run.incidentId)

    expect(followUp).toMatchObject({ kind: 'revert_and_enable', app: 'left-1', state: 'open' })
    const view = await loadIncidentView(deps, run.incidentId)
    expect(view?.followUps).toEqual([
      `Revert the change of left-1 in Git, then re-enable auto-sync of left-1 (${followUp.id}).`,
    ])

    expect(await watchFollowUps(seeing(deps, 'left-1', {}))).toEqual({ done: [] })
    await makeDue(followUp.id)
    expect(await watchFollowUps(seeing(deps, 'left-1', { autoSync: true, revision: 'r10' }))).toEqual({
      done: [followUp.id],
    })
    expect(await onlyOne(deps, run.incidentId)).toMatchObject({
      ...{ state: 'done', finding: 'Auto-sync of left-1 is on again.', closedBy: null },
    })
    expect((await loadIncidentView(deps, run.incidentId))?.followUps).toEqual([])
  })

  it('says so when the bad revision came back with auto-sync', async () => {
    const { replica, run } = await rollBack('left-2')
    await makeDue((await onlyOne(replica.deps, run.incidentId)).id)
    await watchFollowUps(seeing(replica.deps, 'left-2', { autoSync: true, revision: 'r0' }))

    expect((await onlyOne(replica.deps, run.incidentId)).finding).toContain(
      'r0, which was rolled back from, runs again.',
    )
  })

  it('stays open while Argo CD cannot be read', async () => {
    const { replica, run } = await rollBack('left-3')
    const deps = seeing(replica.deps, 'left-3', {})
    await makeDue((await onlyOne(deps, run.incidentId)).id)
    await watchFollowUps({ ...deps, deployState: { read: () => Promise.reject(new Error('no route')) } })

    expect(await openOnes(deps, run.incidentId)).toHaveLength(1)
  })

  it('is reminded of once for all replicas, and later the next time', async () => {
    const { replica, run } = await rollBack('left-4')
    const followUp = await onlyOne(replica.deps, run.incidentId)
    await makeDue(followUp.id)
    const others = await Promise.all([world.replica(), world.replica()])
    await Promise.all([replica, ...others].map(({ deps }) => remindFollowUps(deps)))

    const reminders = (await told(run.incidentId)).filter((text) => text.startsWith('Still open since'))
    expect(reminders).toHaveLength(1)
    expect(reminders[0]).toContain('run re-enable-auto-sync')
    expect((await onlyOne(replica.deps, run.incidentId)).reminders).toBe(1)
    expect(await remindFollowUps(replica.deps)).toEqual({ reminded: [] })
  })

  it('twin: reminders that are read and not claimed are said by every replica', async () => {
    const { replica, run } = await rollBack('left-5')
    const followUp = await onlyOne(replica.deps, run.incidentId)
    const unclaimed = (deps: Deps): Deps => ({
      ...deps,
      unitOfWork: {
        ...deps.unitOfWork,
        run: (work) =>
          deps.unitOfWork.run((stores) =>
            work({ ...stores, followUps: { ...stores.followUps, claimReminders: () => Promise.resolve([followUp]) } }),
          ),
      },
    })
    await Promise.all([1, 2, 3].map(() => remindFollowUps(unclaimed(replica.deps))))

    const reminders = (await told(run.incidentId)).filter((text) => text.startsWith('Still open since'))
    expect(reminders).toHaveLength(3)
  })

  it('becomes less when the rollback is undone: only auto-sync is left', async () => {
    const { replica, run } = await rollBack('left-6', 'fails')
    await undoRun(replica.deps, { runId: run.id, ...BY_ANA })
    expect((await advance(replica, run.id)).state).toBe('undone')

    expect(await onlyOne(replica.deps, run.incidentId)).toMatchObject({
      kind: 'enable',
      badRevision: null,
      state: 'open',
    })
  })

  it('must be named by whoever resolves, stays open then, and is still reminded of', async () => {
    const { replica, run } = await rollBack('left-7')
    const { deps } = replica
    const { id } = await onlyOne(deps, run.incidentId)
    const intent = { incidentId: run.incidentId, ...BY_ANA }

    await expect(resolveIncident(deps, intent)).rejects.toMatchObject({ code: 'follow_up_open' })
    await expect(resolveIncident(deps, { ...intent, confirmed: 'FUP-999999' })).rejects.toMatchObject({
      code: 'follow_up_open',
    })
    expect((await resolveIncident(deps, { ...intent, confirmed: id })).state).toBe('resolved')
    await makeDue(id)
    await remindFollowUps(deps)
    expect((await told(run.incidentId)).at(-1)).toContain(`reopen ${run.incidentId}, then run re-enable-auto-sync`)
  })

  it('is handed over once, by a person, and then nobody is reminded', async () => {
    const { replica, run } = await rollBack('left-8')
    const { deps } = replica
    const { id } = await onlyOne(deps, run.incidentId)
    const intent = { incidentId: run.incidentId, ...BY_ANA, followUpId: id, text: 'SHOP-17, platform team' }

    const results = await Promise.allSettled([1, 2, 3].map(() => handOverFollowUp(deps, intent)))
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await onlyOne(deps, run.incidentId)).toMatchObject({
      ...{ state: 'handed_over', finding: 'SHOP-17, platform team', closedBy: ANA.id },
    })
    await makeDue(id)
    expect(await remindFollowUps(deps)).toEqual({ reminded: [] })
  })
})
