import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { ANA, approve, approveRun, BEN } from '../../fakes/counting-target/approved-run.ts'
import { loadIncidentView } from '../../../src/orchestrator/load-incident-view.ts'
import { openJudgementWorld, ONSET } from './judgement-world.ts'
import { sha256Hex } from '../../../src/kernel/sha256.ts'
import type { AttemptState } from '../../../src/domain/run.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { IncidentView } from '../../../src/domain/incident-view.ts'
import type { JudgementWorld } from './judgement-world.ts'
import type { RunLease } from '../../../src/ports/run-store.ts'

let world: JudgementWorld
beforeEach(async () => {
  world = await openJudgementWorld()
})
afterEach(() => world.close())

async function viewOf(incidentId: string, part: Partial<Deps> = {}): Promise<IncidentView> {
  const view = await loadIncidentView({ ...world.deps, ...part }, incidentId)
  if (view === undefined) throw new Error(`${incidentId} is gone`)
  return view
}

describe('the view of an incident that has just been opened', () => {
  it('has all that a facts card shows, without a look at any vendor', async () => {
    const id = await world.openIncident([{}, { status: 'resolved', name: 'HighLatency', annotations: {} }])

    const view = await viewOf(id)

    expect(view).toMatchObject({
      ...{ id, service: 'checkout', environment: 'production', severity: 'SEV2', state: 'open', onsetAt: ONSET },
      ...{ symptom: '5xx at 8.4 % of requests', owner: 'team-shop', commander: null, mode: 'assist' },
      alerts: { total: 2, distinct: 2, firing: 1 },
      impact: ['1 service depends on checkout: frontend', 'Criticality 1 of 4, 1 the most critical'],
      ...{ isCollecting: true, suspects: [], unknownCause: null, proposal: null, run: null, noProposal: null },
      consoleUrl: `https://countersign.example.com/incidents/${id}`,
    })
    expect(view.summary.source).toBe('facts')
    expect(view.summary.sentences[0]?.text).toMatch(
      /^checkout in production: 5xx at 8\.4 % of requests, since ([-\d]+ )?14:02 UTC\.$/,
    )
    expect(world.source.asked).toBe(0)
    expect(world.prometheus.requests).toEqual([])
  })

  it('makes links only of hosts that the configuration names', async () => {
    const id = await world.openIncident()

    expect((await viewOf(id)).links).toEqual([
      { title: 'Runbook', url: 'https://runbooks.example.com/checkout', host: 'runbooks.example.com' },
    ])
  })

  it.each([
    'https://runbooks.example.com@evil.example/',
    'https://runbooks.example.com.evil.example/',
    'javascript:alert(1)//runbooks.example.com',
    'https://user:secret@runbooks.example.com/x',
    'https://xn--runbooks-example.com/',
    'not a link',
  ])('makes no link of %s', async (url) => {
    const id = await world.openIncident([{ annotations: { runbook_url: url } }])

    expect((await viewOf(id)).links).toEqual([])
  })

  it('shows no secret that an alert text holds', async () => {
    const id = await world.openIncident([{ annotations: { summary: 'login with password=hunter2hunter2 fails' } }])

    expect(JSON.stringify(await viewOf(id))).not.toContain('hunter2')
  })

  it('is the same each time it is loaded, so that an unchanged card is not sent again', async () => {
    const id = await world.openIncident()
    const first = await viewOf(id)
    world.clock.advance(600_000)

    expect(await viewOf(id)).toEqual(first)
  })

  it('is undefined for an incident that does not exist', async () => {
    expect(await loadIncidentView(world.deps, 'INC-999')).toBeUndefined()
  })

  it('says which freezes hold, the wider first', async () => {
    const id = await world.openIncident()
    const freeze = { reason: 'audit week', createdBy: ANA.id, forMs: 3_600_000 }
    await world.deps.stores.freezes.add({ ...freeze, service: 'payments' })
    expect((await viewOf(id)).freezes).toEqual([])

    await world.deps.stores.freezes.add({ ...freeze, service: 'checkout' })
    expect((await viewOf(id)).freezes).toMatchObject([{ service: 'checkout', reason: 'audit week', holds: 'run' }])

    await world.deps.stores.freezes.add({ ...freeze, service: null })
    expect((await viewOf(id)).freezes).toMatchObject([{ service: null, holds: 'run' }])

    await world.deps.stores.freezes.add({ ...freeze, service: 'checkout', forMs: 7_200_000 })
    expect((await viewOf(id)).freezes).toMatchObject([{ service: null }, { service: 'checkout' }])
  })

  it('says why it proposes nothing where it only observes', async () => {
    const id = await world.openIncident()
    await world.deps.stores.findings.save(id, { collectedAt: new Date() })

    const view = await viewOf(id, { settings: { ...world.deps.settings, mode: 'observe' } })

    expect(view).toMatchObject({ mode: 'observe', noProposal: 'Countersign only observes here and proposes nothing.' })
  })
})

describe('the view of a proposal and its run', () => {
  const STEPS = [
    {
      id: 'rollback',
      uses: 'argocd/rollback' as const,
      with: { app: 'checkout', id: '41', autoSync: 'suspend' },
      before: { historyId: '42', revision: '7f3c21ad0e5b9c1f', autoSync: true },
      undoTo: 'r0',
    },
    { id: 'healthy', uses: 'prometheus/assert' as const, with: { query: 'errors', below: 0.05, for: '2m' } },
  ]

  it('names the steps in plain words, who approved, and who still can, those on call first', async () => {
    const { proposal } = await approveRun(world.deps.unitOfWork, STEPS, { plan: { tier: 3 }, approvers: [] })
    await world.deps.stores.proposals.move(proposal.id, ['approved'], 'pending', null)
    await world.deps.stores.evidence.save([
      {
        ...{ incidentId: proposal.incidentId, key: 'on-call', kind: 'note', source: 'on call', at: ONSET },
        ...{ fact: 'On call: Ben Okafor', url: null, data: { names: ['Ben Okafor'] } },
      },
    ])
    const open = await viewOf(proposal.incidentId)
    await approve(world.deps.stores, proposal, BEN)
    const half = await viewOf(proposal.incidentId)

    expect(open.onCall).toEqual(['Ben Okafor'])
    expect(open.proposal?.canApprove).toEqual(['Ben Okafor', 'Ana Ruiz'])
    expect(open.proposal?.requesterName).toBe('Countersign')
    expect(open.proposal?.steps.map((step) => step.sentence)).toEqual([
      'Roll checkout back from 7f3c21a (history 42) to history 41; auto-sync is switched off and stays off',
      'Check that errors stays below 0.05 for 2 min',
    ])
    expect(half.proposal).toMatchObject({ approvalsCounted: 1, canApprove: ['Ana Ruiz'] })
    expect(half.proposal?.decisions).toMatchObject([{ person: BEN.id, decision: 'approve', withdrawn: false }])
  })

  it('shows every step of the run, also those that have not begun', async () => {
    const { run, proposal } = await approveRun(world.deps.unitOfWork, STEPS)
    const lease = await claim(run.id)
    await attempt(lease, 'done')

    const view = await viewOf(proposal.incidentId)

    expect(view.proposal?.canApprove).toEqual([])
    expect(view.run?.steps).toMatchObject([
      { id: 'rollback', direction: 'forward', state: 'done', outcome: 'succeeded', attempts: 1, detail: 'rolled back' },
      { id: 'healthy', direction: 'forward', state: 'pending', outcome: null, attempts: 0, detail: null },
    ])
    expect(view.run).toMatchObject({ id: run.id, state: 'running', canUndo: false })
    expect(view.runIds).toEqual([run.id])
    expect(view.summary.sentences.at(-1)).toEqual({
      text: `${proposal.plan.playbook.name} (${run.id}) is under way.`,
      evidence: [run.id, proposal.incidentId],
    })
  })

  it('does not call a step done while one of its effects is to come', async () => {
    const { run, proposal } = await approveRun(world.deps.unitOfWork, STEPS)
    await attempt(await claim(run.id), 'done', 'suspend')
    const actions = {
      ...world.deps.actions,
      describe: () => ({
        target: { system: 'argocd' as const, resource: 'checkout', lockKey: 'argocd:checkout' },
        ...{
          crashClass: 'queryable' as const,
          isVerification: false,
          effects: ['suspend', 'main'],
          callTimeoutMs: 1_000,
        },
      }),
    }

    const view = await viewOf(proposal.incidentId, { actions })

    expect(view.run?.steps[0]).toMatchObject({ state: 'sent', outcome: null, finishedAt: null })
  })

  it('offers Undo once the run failed after something was done', async () => {
    const { run, proposal } = await approveRun(world.deps.unitOfWork, STEPS)
    const lease = await claim(run.id)
    await attempt(lease, 'done')
    expect((await viewOf(proposal.incidentId)).run?.canUndo).toBe(false)

    await world.deps.stores.leasedRuns.move(lease, ['running'], 'failed', 'still unhealthy')

    expect((await viewOf(proposal.incidentId)).run).toMatchObject({ state: 'failed', canUndo: true })
  })
})

async function claim(runId: string): Promise<RunLease> {
  const lease = await world.deps.stores.runs.claim(runId, 'replica-1', 60_000)
  if (lease === undefined) throw new Error('the run cannot be claimed')
  const run = await world.deps.stores.leasedRuns.move(lease, ['queued'], 'running', null)
  return { ...lease, run }
}

async function attempt(lease: RunLease, to: AttemptState, effect = 'main'): Promise<void> {
  const { ledger } = world.deps.stores
  const leaf = world.deps.seal({
    event: 'step.intended',
    actor: { type: 'service', id: 'countersign', name: 'Countersign' },
    origin: 'clock',
    outcome: 'success',
    runId: lease.run.id,
  })
  const intended = await ledger.intend(
    lease,
    {
      ...{ stepId: 'rollback', stepIndex: 0, direction: 'forward', effect, number: 1, uses: 'argocd/rollback' },
      ...{
        crashClass: 'queryable',
        idempotencyKey: `${lease.run.id}:rollback:${effect}`,
        before: null,
        timeoutMs: 60_000,
      },
      requestHash: sha256Hex('request'),
      configuration: null,
    },
    leaf,
  )
  const sent = await ledger.move(lease, intended, { to: 'sent', detail: 'sent' }, null)
  await ledger.move(lease, sent, { to, detail: 'rolled back' }, null)
}
