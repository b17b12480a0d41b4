import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { isPlanIntact } from '../../../src/playbooks/plan-hash.ts'
import { listPlaybooks } from '../../../src/orchestrator/list-playbooks.ts'
import { planPlaybook } from '../../../src/orchestrator/plan-playbook.ts'
import { proposeForIncident } from '../../../src/orchestrator/propose-for-incident.ts'
import { proposePlaybook } from '../../../src/orchestrator/propose-playbook.ts'
import { recordDecision } from '../../../src/orchestrator/record-decision.ts'
import { VendorUnreachableError } from '../../../src/kernel/vendor-errors.ts'
import { ANA, BO, DI, auditEvents, openScene, openTwin, openWorld, playbookOf, recordSuccesses } from './world.ts'
import type { PastRun } from '../../../src/domain/past-run.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { Proposal } from '../../../src/domain/approval.ts'
import type { World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())
beforeEach(() => {
  world.actions.failures.clear()
  world.jobs.length = 0
})

async function propose(incidentId: string, deps: Deps = world.deps): Promise<Proposal> {
  const made = await proposeForIncident(deps, { incidentId })
  if (made.outcome !== 'proposed') throw new Error(JSON.stringify(made))
  return made.proposal
}
const nothing = async (incidentId: string, deps: Deps = world.deps) => {
  const made = await proposeForIncident(deps, { incidentId })
  return made.outcome === 'nothing' ? made.reason : `${made.outcome} ${made.proposal.id}`
}
const run = (incidentId: string, change: object = {}) =>
  proposePlaybook(world.deps, {
    incidentId,
    playbook: 'rollback-bad-deploy',
    inputs: {},
    personId: ANA.id,
    origin: 'slack',
    ...change,
  })

function failedRun(service: string | null): PastRun {
  const where = { service, owner: null, criticality: null }
  return { playbook: 'rollback-bad-deploy', ...where, outcome: 'failed', helped: 0, didNotHelp: 1, at: new Date() }
}

describe('the bot’s own proposal', () => {
  it('names exactly what would run, on what, from which state, and how it is undone', async () => {
    const { incident } = await openScene(world)
    const proposal = await propose(incident.id)

    expect(proposal).toMatchObject({ requester: 'countersign', state: 'pending', tier: 3 })
    expect(proposal.plan.steps[0]).toMatchObject({
      uses: 'argocd/rollback',
      with: { app: 'checkout-app', id: '41', autoSync: 'suspend' },
      before: { historyId: '42', autoSync: true },
      undo: { uses: 'argocd/rollback', with: { app: 'checkout-app', id: '42' } },
    })
    expect(proposal.plan.steps[1]?.with['query']).toBe('sum(rate(http_requests_errors_total{service="checkout"}[1m]))')
    expect(proposal.tierReasons).toHaveLength(2)
    expect(isPlanIntact(proposal)).toBe(true)
    expect(await auditEvents(world, incident.id)).toEqual(['proposal.made'])
  })

  it('says how sure it is of this playbook, on the proposal and on the record', async () => {
    const { incident } = await openScene(world)
    const { reasons } = await propose(incident.id)

    expect(reasons[0]).toMatch(/^It would help with \d+ %: the cause with \d+ %, its record with \d+ %\.$/)
    const rows = await world.query<{ reasons: string[] }>(
      `SELECT convert_from(bytes, 'UTF8')::jsonb #> '{details,reasons}' AS reasons
         FROM audit_leaves WHERE incident_id = $1 AND event = 'proposal.made'`,
      [incident.id],
    )
    expect(rows[0]?.reasons).toEqual(reasons)
  })

  it('is left out where the playbook has failed here too often, and says where to look; otherwise it is made', async () => {
    const { incident, ...scene } = await openScene(world)
    const twin = await openTwin(world, { incident, ...scene })
    const past = Array.from({ length: 8 }, () => failedRun(incident.service))
    const { playbookRecords } = world.deps.stores
    const failing = {
      ...world.deps.stores,
      playbookRecords: { ...playbookRecords, listPast: () => Promise.resolve(past) },
    }

    expect(await nothing(incident.id, { ...world.deps, stores: failing })).toMatch(
      /below 40 % nothing is proposed\..* Look first at the deploy of checkout/s,
    )
    expect((await propose(twin.id)).plan.playbook.name).toBe('rollback-bad-deploy')
  })

  it('is left as it is while the facts are equal', async () => {
    const { incident } = await openScene(world)
    const first = await propose(incident.id)
    const again = await proposeForIncident(world.deps, { incidentId: incident.id })

    expect(again).toMatchObject({ outcome: 'kept', proposal: { id: first.id } })
  })

  it('gives way to a newer plan when the target has moved, and its approvals with it', async () => {
    const { incident } = await openScene(world)
    const first = await propose(incident.id)
    await recordDecision(world.deps, {
      proposalId: first.id,
      incidentId: incident.id,
      personId: BO.id,
      decision: 'approve',
      planHash: first.planHash,
      reason: null,
      origin: 'slack',
    })
    world.actions.states.set('checkout-app', { historyId: '42', revision: 'x', autoSync: false, operation: null })
    const second = await propose(incident.id)

    expect(second.planDigest).not.toBe(first.planDigest)
    expect((await world.deps.stores.proposals.find(first.id))?.state).toBe('superseded')
    expect(await world.deps.stores.decisions.list(second.id)).toEqual([])
  })

  it('has the same digest for equal facts of two incidents, and another hash', async () => {
    const one = await openScene(world)
    const first = await propose(one.incident.id)
    const other = await openTwin(world, one)
    const second = await propose(other.id)

    expect(second.planDigest).toBe(first.planDigest)
    expect(second.planHash).not.toBe(first.planHash)
  })

  it('tells the next approvers, the owning group first', async () => {
    const { incident } = await openScene(world)
    await propose(incident.id)
    const rows = await world.query<{ payload: { personId?: string } }>(
      `SELECT payload FROM outbox_messages WHERE incident_id = $1 AND kind = 'direct' ORDER BY id`,
      [incident.id],
    )

    expect(JSON.stringify(rows)).toMatch(/ana.*bo/)
    expect(JSON.stringify(rows)).not.toContain('"di"')
  })
})

describe('nothing is proposed', () => {
  it('in the mode observe, of the installation or of the service', async () => {
    const { incident } = await openScene(world)
    const observing = world.replica({ settings: { mode: 'observe' } })

    expect(await nothing(incident.id, observing)).toMatch(/only observes/)
    expect((await world.deps.stores.findings.get(incident.id)).noProposal).toMatch(/only observes/)
  })

  it('when the leading suspect is less likely than not', async () => {
    const { incident } = await openScene(world, { probability: 0.49 })
    expect(await nothing(incident.id)).toMatch(/49 %\) is below 50 %/)
  })

  it('when the version before is running already', async () => {
    const { incident } = await openScene(world)
    world.history = [{ ...world.history[1]!, id: '43' }, ...world.history]
    expect(await nothing(incident.id)).toMatch(/checkout already runs 1b22000/)
  })

  it('when the suspected deploy is not in the history, or has nothing before it', async () => {
    const { incident } = await openScene(world)
    const [top] = world.history
    world.history = [top!]
    expect(await nothing(incident.id)).toMatch(/no version before/)
    world.history = []
    expect(await nothing(incident.id)).toMatch(/is not in the history/)
  })

  it('when the target cannot be read, and says which', async () => {
    const { incident } = await openScene(world)
    world.actions.failures.set('checkout-app', new VendorUnreachableError('Argo CD', 'ECONNREFUSED'))
    expect(await nothing(incident.id)).toMatch(/Step rollback does not fit now: Argo CD was not reached/)
  })

  it('once more for a plan that people rejected, while a person may still ask for it', async () => {
    const { incident } = await openScene(world)
    const { id, planHash } = await propose(incident.id)
    await recordDecision(world.deps, {
      proposalId: id,
      incidentId: null,
      personId: BO.id,
      decision: 'reject',
      planHash,
      reason: 'The deploy is innocent',
      origin: 'slack',
    })

    expect(await nothing(incident.id)).toMatch(/was rejected \(Bo: The deploy is innocent\)/)
    expect((await run(incident.id)).proposal.state).toBe('pending')
  })

  it('in the place of what a person asked for', async () => {
    const { incident } = await openScene(world)
    const { proposal } = await run(incident.id)
    world.actions.states.set('checkout-app', { historyId: '42', revision: 'moved' })

    expect(await nothing(incident.id)).toBe(`kept ${proposal.id}`)
  })
})

describe('rollback to the entry before the suspected change', () => {
  it('skips entries of the same revision, and is the default without an id', async () => {
    const { incident } = await openScene(world)
    const [top, ...older] = world.history
    world.history = [{ ...top!, id: '43' }, top!, ...older]
    const withoutId = playbookOf((text) =>
      text.replace(', id: "${{ inputs.revision }}"', '').replace('    revision: { from: change.previous.id }\n', ''),
    )
    const proposal = await propose(incident.id, world.replica({ playbooks: [withoutId] }))

    expect(proposal.plan.steps[0]?.with).toEqual({ app: 'checkout-app', id: '41', autoSync: 'suspend' })
  })

  it('acts on the service whose deploy is suspected, not on the one that shows the symptom', async () => {
    const scene = await openScene(world)
    const symptom = await openTwin(world, scene, 'shop')
    const { plan } = await propose(symptom.id)

    expect(plan.service).toBe('checkout')
    expect(plan.steps[0]?.with['app']).toBe('checkout-app')
    expect(plan.steps[1]?.with['query']).toContain('service="shop"')
  })
})

describe('in act', () => {
  const autonomous = playbookOf((text) => text.replace('autonomous: false', 'autonomous: true'))
  const acting = (playbooks = [autonomous]) => world.replica({ settings: { mode: 'act' }, playbooks })

  it('what is autonomous, tier 1 and not novel starts by itself', async () => {
    await recordSuccesses(world, 'shop', 1)
    const { incident } = await openScene(world, { service: 'shop' })
    const made = await proposeForIncident(acting(), { incidentId: incident.id })

    expect(made).toMatchObject({
      outcome: 'proposed',
      proposal: { state: 'approved', tier: 1 },
      run: { state: 'queued' },
    })
    expect(world.jobs).toContainEqual({ name: 'run.advance', data: { runId: 'run' in made ? made.run?.id : '' } })
  })

  it.each([
    ['a playbook that is not marked', 'shop', [playbookOf()], 'act'],
    ['a service where it is tier 2', 'checkout', [autonomous], 'act'],
    ['the mode assist', 'shop', [autonomous], 'assist'],
  ] as const)('waits for people with %s', async (_, service, playbooks, mode) => {
    await recordSuccesses(world, service, 1)
    const { incident } = await openScene(world, { service })
    const replica = world.replica({ settings: { mode }, playbooks })
    const made = await proposeForIncident(replica, { incidentId: incident.id })

    expect(made).toMatchObject({ outcome: 'proposed', proposal: { state: 'pending' }, run: null })
  })

  it('waits for people when a person asks', async () => {
    const { incident } = await openScene(world, { service: 'shop' })
    const { proposal } = await proposePlaybook(acting(), {
      incidentId: incident.id,
      playbook: 'rollback-bad-deploy',
      inputs: {},
      personId: DI.id,
      origin: 'slack',
    })
    expect(proposal).toMatchObject({ state: 'pending', required: { approvals: 1 } })
  })
})

describe('a person asks', () => {
  it('and is the requester, also of what the bot had proposed', async () => {
    const { incident } = await openScene(world)
    const own = await propose(incident.id)
    const { proposal, replaced } = await run(incident.id)

    expect(proposal).toMatchObject({ requester: 'ana', planDigest: own.planDigest })
    expect(proposal.planHash).not.toBe(own.planHash)
    expect(replaced?.id).toBe(own.id)
    expect((await world.deps.stores.proposals.find(own.id))?.state).toBe('superseded')
  })

  it('with other inputs for another plan', async () => {
    const { incident } = await openScene(world)
    const { proposal } = await run(incident.id, { inputs: { revision: '40' } })
    expect(proposal.plan.steps[0]?.with['id']).toBe('40')
  })

  it('for an application that is nobody’s, and gets tier 4', async () => {
    const { incident } = await openScene(world)
    world.actions.states.set('stranger', { historyId: '1' })
    const { proposal } = await run(incident.id, { inputs: { app: 'stranger' } })

    expect(proposal.tier).toBe(4)
    expect(proposal.tierReasons[0]).toMatch(/the Argo CD application stranger is not in the catalog/)
  })

  it.each([
    ['an unknown playbook', { playbook: 'rollback-bad-deplo' }, /Did you mean rollback-bad-deploy/],
    ['an unknown input', { inputs: { revison: '40' } }, /Did you mean revision/],
    ['an argument that is no id', { inputs: { revision: '41; drop' } }, /does not fit argocd\/rollback/],
    ['somebody the directory does not know', { personId: 'mallory' }, /nobody in the directory/],
  ])('for %s, and is told what to do', async (_, change, expected) => {
    const { incident } = await openScene(world)
    await expect(run(incident.id, change)).rejects.toThrow(expected)
  })

  it('to see the plan, and nothing is written', async () => {
    const { incident } = await openScene(world)
    const input = {
      incidentId: incident.id,
      playbook: 'rollback-bad-deploy',
      inputs: {},
      personId: DI.id,
      origin: 'slack',
    } as const
    const { draft } = await planPlaybook(world.deps, input)
    const { fits } = await listPlaybooks(world.deps, input)

    expect(draft.plan.steps).toHaveLength(2)
    expect(fits.map(({ playbook }) => playbook.name)).toEqual(['rollback-bad-deploy'])
    expect(await world.deps.stores.proposalQueries.listByIncident(incident.id)).toEqual([])
    expect(await auditEvents(world, incident.id)).toEqual([])
  })
})
