import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { cancelProposal } from '../../../src/orchestrator/cancel-proposal.ts'
import { freezeService } from '../../../src/orchestrator/freeze-service.ts'
import { proposeForIncident } from '../../../src/orchestrator/propose-for-incident.ts'
import { recordByHand } from '../../../src/orchestrator/record-by-hand.ts'
import { unfreezeService } from '../../../src/orchestrator/unfreeze-service.ts'
import { withdrawDecision } from '../../../src/orchestrator/withdraw-decision.ts'
import { ANA, BO, CY, DI, auditEvents, openScene, openWorld, person } from './world.ts'
import { endingOf, openProposal, press, pressed } from './presses.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { Proposal } from '../../../src/domain/approval.ts'
import type { World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())
beforeEach(async () => {
  world.jobs.length = 0
  await world.query(`UPDATE freezes SET lifted_at = clock_timestamp()`)
})

const withdraw = ({ id }: Proposal, { id: personId }: { id: string }) =>
  withdrawDecision(world.deps, { proposalId: id, personId, origin: 'slack' })
const cancel = ({ id }: Proposal, { id: personId }: { id: string }, reason: string | null = 'Not now') =>
  cancelProposal(world.deps, { proposalId: id, personId, reason, origin: 'slack' })
const start = (proposal: Proposal) =>
  world.query(`UPDATE runs SET state = 'running', started_at = clock_timestamp() WHERE proposal_id = $1`, [proposal.id])

describe('withdrawing', () => {
  it('takes an approved proposal back to pending, and the same run goes on after the next approval', async () => {
    const proposal = await openProposal(world)
    const { run } = await press(world.deps, proposal, BO)
    const withdrawn = await withdraw(proposal, BO)

    expect(withdrawn.proposal.state).toBe('pending')
    expect(withdrawn.text).toMatch(/Bo takes the approval of PRO-\d+ back, which waits for approval again/)
    expect(await endingOf(world, proposal)).toMatchObject({ state: 'pending', approvals: [] })

    const again = await press(world.deps, proposal, CY)
    expect(again).toMatchObject({ outcome: 'approved', run: { id: run?.id } })
    expect(world.jobs.filter(({ name }) => name === 'run.advance')).toHaveLength(2)
  })

  it('lets the same person approve again', async () => {
    const proposal = await openProposal(world)
    await press(world.deps, proposal, BO)
    await withdraw(proposal, BO)
    expect(await pressed(world.deps, proposal, BO)).toBe('approved')
  })

  it('leaves it approved while the others are enough', async () => {
    const proposal = await openProposal(world, 3)
    await press(world.deps, proposal, BO)
    await press(world.deps, proposal, ANA)
    await world.query(`UPDATE proposals SET state = 'pending' WHERE id = $1`, [proposal.id])
    await press(world.deps, proposal, CY)

    expect((await withdraw(proposal, CY)).proposal.state).toBe('approved')
  })

  it.each([
    ['what one has not given', CY, /no approval of PRO-\d+ to take back/],
    ['somebody else’s role', DI, /no approval of PRO-\d+ to take back/],
  ])('refuses %s', async (_, who, expected) => {
    const proposal = await openProposal(world)
    await press(world.deps, proposal, BO)
    await expect(withdraw(proposal, who)).rejects.toThrow(expected)
  })

  it('is too late once the run has started', async () => {
    const proposal = await openProposal(world)
    await press(world.deps, proposal, BO)
    await start(proposal)

    await expect(withdraw(proposal, BO)).rejects.toThrow(/has started.*Type "stop"/)
    expect(await auditEvents(world, proposal.incidentId)).toContain('decision.refused (run_started)')
  })
})

describe('rejecting', () => {
  it('stops the queued run of an approved proposal', async () => {
    const proposal = await openProposal(world)
    await press(world.deps, proposal, ANA)
    const result = await press(world.deps, proposal, BO, { decision: 'reject', reason: 'Wrong service' })

    expect(result).toMatchObject({
      outcome: 'rejected',
      proposal: { state: 'rejected' },
      run: { stopRequestedBy: 'bo' },
    })
    expect(world.jobs.at(-1)).toEqual({ name: 'run.advance', data: { runId: result.run?.id } })
  })

  it('by who has approved replaces that approval', async () => {
    const proposal = await openProposal(world, 3)
    await press(world.deps, proposal, BO)
    await press(world.deps, proposal, BO, { decision: 'reject', reason: 'On second thought' })
    expect(await endingOf(world, proposal)).toMatchObject({ state: 'rejected', approvals: [], rejections: ['bo'] })
  })

  it('needs a reason', async () => {
    const proposal = await openProposal(world)
    expect(await pressed(world.deps, proposal, BO, { decision: 'reject', reason: ' \n ' })).toBe('reason_missing')
    expect((await endingOf(world, proposal)).state).toBe('pending')
  })

  it('asks a started run to stop instead', async () => {
    const proposal = await openProposal(world)
    await press(world.deps, proposal, ANA)
    await start(proposal)
    const result = await press(world.deps, proposal, BO, { decision: 'reject', reason: 'Stop it' })

    expect(result).toMatchObject({ outcome: 'stop_requested', proposal: { state: 'approved' } })
    expect(result.text).toMatch(/has started, so it cannot be rejected any more; it stops before its next step/)
  })
})

describe('cancelling', () => {
  it('ends it with who and why', async () => {
    const proposal = await openProposal(world)
    const { text } = await cancel(proposal, BO)

    expect(text).toBe(`Bo cancels ${proposal.id}: Not now.`)
    expect((await endingOf(world, proposal)).state).toBe('cancelled')
    await expect(cancel(proposal, BO)).rejects.toThrow(/was cancelled at .* \(Bo: Not now\)/)
  })

  it('is refused to who may not, and on record', async () => {
    const proposal = await openProposal(world)
    await expect(cancel(proposal, DI)).rejects.toThrow(/its requester, an approver or the commander may/)
    expect(await auditEvents(world, proposal.incidentId)).toContain('decision.refused (not_allowed)')
  })
})

describe('when the symptom is gone', () => {
  const quiet = (proposal: Proposal) =>
    world.query(`UPDATE incidents SET quiet_since = clock_timestamp() WHERE id = $1`, [proposal.incidentId])

  it('approving asks a second time, and a double click is no second thought', async () => {
    const proposal = await openProposal(world)
    await quiet(proposal)
    const first = await press(world.deps, proposal, BO)

    expect(first.outcome).toBe('confirm_needed')
    expect(first.text).toMatch(/symptom is gone since \d\d:\d\d UTC.*Approve once more/)
    // However long a busy machine takes between the two clicks.
    await world.query(`UPDATE confirmations SET at = clock_timestamp() + interval '1 minute'`)
    expect(await pressed(world.deps, proposal, BO)).toBe('confirm_needed')
    expect((await endingOf(world, proposal)).approvals).toEqual([])
    expect((await world.deps.stores.proposals.find(proposal.id))?.symptomGone).toBe(true)
  })

  it('the second confirmation counts, and the run may go on in view of it', async () => {
    const proposal = await openProposal(world)
    await quiet(proposal)
    await press(world.deps, proposal, BO)
    const second = await press(world.deps, proposal, BO, { confirmed: true })

    expect(second).toMatchObject({ outcome: 'approved', proposal: { symptomGone: true } })
  })

  it('pressing again a while later is a second confirmation as well', async () => {
    const proposal = await openProposal(world)
    await quiet(proposal)
    await press(world.deps, proposal, BO)
    await world.query(`UPDATE confirmations SET at = at - interval '3 s'`)
    expect(await pressed(world.deps, proposal, BO)).toBe('approved')
  })

  it('a flag without the first question confirms nothing', async () => {
    const proposal = await openProposal(world)
    await quiet(proposal)
    expect(await pressed(world.deps, proposal, BO, { confirmed: true })).toBe('confirm_needed')
  })

  it('each approver is asked', async () => {
    const proposal = await openProposal(world, 3)
    await quiet(proposal)
    await press(world.deps, proposal, BO)
    await press(world.deps, proposal, BO, { confirmed: true })
    expect(await pressed(world.deps, proposal, ANA, { confirmed: true })).toBe('confirm_needed')
  })

  it('after the approval is not confirmed by anybody: the run has to look again', async () => {
    const proposal = await openProposal(world)
    await press(world.deps, proposal, BO)
    await quiet(proposal)
    expect((await world.deps.stores.proposals.find(proposal.id))?.symptomGone).toBe(false)
  })
})

describe('freezing', () => {
  const freeze = (deps: Deps, change: object = {}) =>
    freezeService(deps, {
      service: 'checkout',
      for: '30m',
      reason: 'Sale',
      personId: DI.id,
      origin: 'slack',
      ...change,
    })
  const lift = (service: string, personId: string = BO.id) =>
    unfreezeService(world.deps, { service, personId, origin: 'slack' })

  it.each(['checkout', 'all'])('%s refuses approvals, and proposes nothing, until it is lifted', async (service) => {
    const proposal = await openProposal(world)
    const { text } = await freeze(world.deps, { service })

    expect(text).toMatch(/^Di freezes (checkout|everything) for 30 min, until .* UTC: Sale\.$/)
    await expect(press(world.deps, proposal, BO)).rejects.toThrow(
      /is frozen until .*\(Sale\).*"unfreeze (checkout|all)"/,
    )
    const { incident } = await openScene(world)
    expect(await proposeForIncident(world.deps, { incidentId: incident.id })).toMatchObject({
      outcome: 'nothing',
      reason: expect.stringMatching(/is frozen/),
    })

    await lift(service)
    expect(await pressed(world.deps, proposal, BO)).toBe('approved')
  })

  it('another service does not touch it, and still lets people reject', async () => {
    const proposal = await openProposal(world)
    await freeze(world.deps, { service: 'orphan' })
    expect(await pressed(world.deps, proposal, BO)).toBe('approved')
    const other = await openProposal(world)
    await freeze(world.deps)
    expect(await pressed(world.deps, other, BO, { decision: 'reject' })).toBe('rejected')
  })

  it('ends by itself, by the database’s clock', async () => {
    const proposal = await openProposal(world)
    await freeze(world.deps)
    await world.query(`UPDATE freezes SET until = clock_timestamp()`)
    expect(await pressed(world.deps, proposal, BO)).toBe('approved')
  })

  it('is told to every open incident it touches', async () => {
    const proposal = await openProposal(world)
    await freeze(world.deps)
    const entries = await world.deps.stores.timeline.list(proposal.incidentId, null, 50)
    expect(entries.at(-1)).toMatchObject({ event: 'freeze.set', actor: { id: 'di' } })
  })

  it.each([
    ['an unknown service', { service: 'chekout' }, /Did you mean checkout/],
    ['no length', { for: 'soon' }, /is no length of a freeze.*30m/],
    ['too short a length', { for: '1s' }, /from 1m to 30d/],
    ['no reason', { reason: '  ' }, /needs a reason/],
    ['somebody nobody knows', { personId: 'mallory' }, /nobody in the directory/],
  ])('refuses %s', async (_, change, expected) => {
    await expect(freeze(world.deps, change)).rejects.toThrow(expected)
  })

  it('is lifted by approvers only, and everything else stays frozen', async () => {
    await freeze(world.deps)
    await freeze(world.deps, { service: 'all', personId: null, origin: 'cli' })

    await expect(lift('checkout', DI.id)).rejects.toThrow(/Di may not unfreeze/)
    expect((await lift('checkout')).text).toMatch(/Still: Everything is frozen until/)
    await expect(lift('checkout')).rejects.toThrow(/"unfreeze all"/)
    await lift('all')
    await expect(lift('all')).rejects.toThrow(/Nothing holds it/)
  })
})

describe('by hand', () => {
  const byHand = (incidentId: string, text = 'Restarted the pods', personId: string = DI.id) =>
    recordByHand(world.deps, { incidentId, personId, text, origin: 'slack' })

  it('closes the open proposal and records what was done', async () => {
    const proposal = await openProposal(world)
    const { proposal: closed } = await byHand(proposal.incidentId)

    expect(closed).toMatchObject({
      id: proposal.id,
      state: 'cancelled',
      closedReason: 'Di did it by hand: Restarted the pods',
    })
    expect(await auditEvents(world, proposal.incidentId)).toEqual([
      'proposal.made',
      'proposal.cancelled',
      'byhand.recorded',
    ])
    expect(await proposeForIncident(world.deps, { incidentId: proposal.incidentId })).toMatchObject({
      outcome: 'nothing',
      reason: expect.stringMatching(/was cancelled \(Di did it by hand/),
    })
  })

  it('is recorded without a proposal as well', async () => {
    const { incident } = await openScene(world)
    expect((await byHand(incident.id)).proposal).toBeNull()
  })

  it('waits for a run that has started, wants a text, and a role', async () => {
    const proposal = await openProposal(world)
    await press(world.deps, proposal, BO)
    await start(proposal)
    await expect(byHand(proposal.incidentId)).rejects.toThrow(/has started\. Stop it first/)
    await expect(byHand(proposal.incidentId, ' ')).rejects.toThrow(/Say what was done/)

    world.people = [...world.people, person('aud', ['auditor'])]
    await expect(byHand(proposal.incidentId, 'x', 'aud')).rejects.toThrow(/Aud may not record what was done by hand/)
  })
})
