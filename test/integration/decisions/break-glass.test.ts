import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { AUDITOR, broken, fieldOfEntries, glassBy, REASON, withBreakGlass } from './glass-world.ts'
import { expireProposals } from '../../../src/orchestrator/expire-proposals.ts'
import { freezeService } from '../../../src/orchestrator/freeze-service.ts'
import { loadIncidentView } from '../../../src/orchestrator/load-incident-view.ts'
import { openProposal, press, pressed } from './presses.ts'
import { policyEngineWithout } from '../../unit/policy/default-policies.ts'
import { showGlass } from '../../../src/orchestrator/break-glass/show-glass.ts'
import { ANA, auditEvents, BO, CY, DI, EVE, openScene, openWorld } from './world.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { World } from './world.ts'

let world: World
let deps: Deps
beforeAll(async () => {
  world = await openWorld()
  deps = withBreakGlass(world)
})
afterAll(() => world.close())
beforeEach(async () => {
  world.people = [ANA, BO, CY, DI, EVE, AUDITOR]
  await world.query('UPDATE freezes SET lifted_at = clock_timestamp()')
})

describe('breaking the glass', () => {
  it('runs a plan of two approvals by one person, says so everywhere, and tells everyone who was not waited for', async () => {
    const proposal = await openProposal(world, 3)

    const { run, glass, text } = await glassBy(deps, proposal, ANA)

    expect(run.state).toBe('queued')
    expect(glass).toMatchObject({ personId: 'ana', reason: REASON, planHash: proposal.planHash, skipped: ['bo', 'cy'] })
    expect(text).toContain('Told: Bo and Cy')
    const messages = await world.query<{ payload: { kind: string; personId?: string; text?: string } }>(
      `SELECT payload FROM outbox_messages WHERE incident_id = $1 ORDER BY id`,
      [proposal.incidentId],
    )
    const told = messages
      .map(({ payload }) => payload)
      .filter(({ text: said }) => said?.includes('BREAK-GLASS') === true)
    expect(told.filter(({ kind }) => kind === 'direct').map(({ personId }) => personId)).toEqual(['bo', 'cy'])
    expect(told.filter(({ kind }) => kind === 'thread')).toHaveLength(1)
    expect(world.jobs).toContainEqual({ name: 'break_glass.note', data: { proposalId: proposal.id } })
    const view = await loadIncidentView(deps, proposal.incidentId)
    expect(view?.glass).toMatchObject({ personName: 'Ana', reason: REASON, review: null })
    expect(view?.glass?.canReview).toEqual(['Bo', 'Cy', 'Eve', 'Gus'])
    expect(await auditEvents(world, proposal.incidentId)).toContain('break_glass.used')
    const [entry] = await fieldOfEntries(world, proposal, 'break_glass.used')
    expect(entry).toEqual({
      ...{ reason: REASON, reviewer: null, reviewDone: null },
      reviewDue: glass.reviewDue.toISOString(),
    })
  })

  it('does not run without it: the same press as an approval waits for a second person', async () => {
    const proposal = await openProposal(world, 3)

    const { outcome, run } = await press(deps, proposal, BO)

    expect({ outcome, run }).toEqual({ outcome: 'counted', run: null })
  })

  it('is shown first and runs nothing until exactly that plan is confirmed', async () => {
    const proposal = await openProposal(world, 2)
    const own = { incidentId: proposal.incidentId, person: ANA, origin: 'slack' } as const

    const { text } = await showGlass(deps, { ...own, playbook: 'rollback-bad-deploy', reason: REASON })

    expect(text).toContain(`breakglass ${proposal.id} ${proposal.planHash.slice(0, 8)}`)
    expect(await deps.stores.runs.listByIncident(proposal.incidentId)).toEqual([])
    expect(await broken(deps, proposal, ANA, { planHash: proposal.planHash.slice(0, 8) })).toBe('broken')
  })

  it('proposes the plan that it shows where none is open, for which the approvers are asked in any case', async () => {
    const { incident } = await openScene(world)

    await showGlass(deps, {
      ...{ incidentId: incident.id, person: EVE, origin: 'slack', playbook: 'rollback-bad-deploy', reason: REASON },
    })

    const open = await deps.stores.proposalQueries.findCurrent(incident.id)
    expect(open).toMatchObject({ state: 'pending', requester: 'eve', glassUntil: null })
  })

  it('is done once, whoever presses at the same time', async () => {
    const proposal = await openProposal(world, 2)

    const outcomes = await Promise.all([ANA, BO, CY, EVE].map((each) => broken(deps, proposal, each)))

    expect(outcomes.toSorted()).toEqual(['already_decided', 'already_decided', 'already_decided', 'broken'])
    expect(await deps.stores.runs.listByIncident(proposal.incidentId)).toHaveLength(1)
  })

  it('can be rejected by somebody else until the first step', async () => {
    const proposal = await openProposal(world, 2)
    await glassBy(deps, proposal, ANA)

    expect(await pressed(deps, proposal, BO, { decision: 'reject' })).toBe('rejected')
  })
})

describe('what refuses to break', () => {
  const twin = (name: string) => ({ ...deps, authorize: policyEngineWithout(name).authorize })

  it('a responder may not; a policy without that rule would let the approver’s neighbour through', async () => {
    const proposal = await openProposal(world, 2)

    expect(await broken(deps, proposal, DI)).toBe('not_allowed')
    expect(await auditEvents(world, proposal.incidentId)).toContain('decision.refused (not_allowed)')
    const open = { ...deps, authorize: () => ({ verdict: 'allow', reasons: [], policyVersion: 'none' }) as const }
    expect(await broken(open, proposal, DI)).toBe('broken')
  })

  it('nobody may without a policy that says so: deny by default', async () => {
    const proposal = await openProposal(world, 2)

    expect(await broken(twin('break-glass'), proposal, ANA)).toBe('not_allowed')
    expect(await broken(deps, proposal, ANA)).toBe('broken')
  })

  it.each(['', '   ', '. . . . . . . . . . .', 'it is bad'])('the reason %j is none', async (reason) => {
    const proposal = await openProposal(world, 2)

    expect(await broken(deps, proposal, ANA, { reason })).toBe('reason_missing')
    expect(await broken(deps, proposal, ANA)).toBe('broken')
  })

  it('with an empty list it is off, and the answer says how to turn it on; named, it works', async () => {
    const proposal = await openProposal(world, 2)
    const off = withBreakGlass(world, { playbooks: [] })

    expect(await broken(off, proposal, ANA)).toBe('break_glass_off')
    await expect(glassBy(off, proposal, ANA)).rejects.toThrow(/approvals\.breakGlass\.playbooks in countersign\.yaml/)
    expect(await broken(deps, proposal, ANA)).toBe('broken')
  })

  it('a playbook that is not on the list needs its approvals; on the list it does not', async () => {
    const proposal = await openProposal(world, 2)

    expect(await broken(withBreakGlass(world, { playbooks: ['other'] }), proposal, ANA)).toBe('not_on_the_list')
    expect(await broken(deps, proposal, ANA)).toBe('broken')
  })

  it('a plan that nobody showed: without a hash, and with that of another', async () => {
    const proposal = await openProposal(world, 2)

    expect(await broken(deps, proposal, ANA, { planHash: null })).toBe('hash_missing')
    expect(await broken(deps, proposal, ANA, { planHash: '0123abcd' })).toBe('hash_mismatch')
    expect(await broken(deps, proposal, ANA)).toBe('broken')
  })

  it('a plan of tier 4, whoever asks; the policy refuses it too', async () => {
    const proposal = await openProposal(world, 2)
    await world.query('UPDATE proposals SET tier = 4 WHERE id = $1', [proposal.id])

    expect(await broken(deps, proposal, ANA)).toBe('tier_4')
    await world.query('UPDATE proposals SET tier = 2 WHERE id = $1', [proposal.id])
    expect(await broken(deps, proposal, ANA)).toBe('broken')
  })

  it.each(['all', 'checkout'])('a freeze of %s is not broken through; lifted, it is', async (service) => {
    const proposal = await openProposal(world, 2)
    await freezeService(deps, { service, for: '1h', reason: 'quarter end', personId: BO.id, origin: 'slack' })

    expect(await broken(deps, proposal, ANA)).toBe('frozen')
    await world.query('UPDATE freezes SET lifted_at = clock_timestamp()')
    expect(await broken(deps, proposal, ANA)).toBe('broken')
  })

  it('in observe nothing runs; in assist it does', async () => {
    const proposal = await openProposal(world, 2)
    const observing = { ...deps, settings: { ...deps.settings, mode: 'observe' } as const }

    expect(await broken(observing, proposal, ANA)).toBe('mode_observe')
    expect(await broken(deps, proposal, ANA)).toBe('broken')
  })

  it('with the symptom gone there is time to ask; while it is there, there is not', async () => {
    const proposal = await openProposal(world, 2)
    await world.query('UPDATE incidents SET quiet_since = now() WHERE id = $1', [proposal.incidentId])

    expect(await broken(deps, proposal, ANA)).toBe('symptom_gone')
    await world.query('UPDATE incidents SET quiet_since = NULL WHERE id = $1', [proposal.incidentId])
    expect(await broken(deps, proposal, ANA)).toBe('broken')
  })

  it('a proposal past its time, by the database’s clock', async () => {
    const [late, inTime] = [await openProposal(world, 2), await openProposal(world, 2)]
    await world.query(`UPDATE proposals SET expires_at = clock_timestamp() - interval '1 second' WHERE id = $1`, [
      late.id,
    ])

    expect(await broken(deps, late, ANA)).toBe('proposal_expired')
    expect(await broken(deps, inTime, ANA)).toBe('broken')
  })

  it('a proposal of another incident than the card; of its own it works', async () => {
    const proposal = await openProposal(world, 2)

    expect(await broken(deps, proposal, ANA, { incidentId: 'INC-999999' })).toBe('wrong_incident')
    expect(await broken(deps, proposal, ANA, { incidentId: proposal.incidentId })).toBe('broken')
  })

  it('somebody who has left the directory; who is in it may', async () => {
    const proposal = await openProposal(world, 2)
    const known = deps.directory.findById(ANA.id)
    let looks = 0
    const leaving: Deps = {
      ...deps,
      directory: { ...deps.directory, findById: (id) => (looks++ === 0 && id === ANA.id ? known : undefined) },
    }

    expect(await broken(leaving, proposal, ANA)).toBe('unknown_person')
    expect(await broken(deps, proposal, ANA)).toBe('broken')
  })
})

describe('the glass stays broken for a while only', () => {
  it('a run that has not started by then expires at the next tick, though its proposal would have lasted longer', async () => {
    const [over, inTime] = [await openProposal(world, 2), await openProposal(world, 2)]
    await glassBy(deps, over, ANA)
    await glassBy(deps, inTime, ANA)
    await world.query(
      `UPDATE proposals SET glass_until = clock_timestamp() - interval '1 second', expires_at = now() + interval '1 day' WHERE id = $1`,
      [over.id],
    )

    const { expired } = await expireProposals(deps)

    expect(expired).toEqual([over.id])
    expect((await deps.stores.proposals.find(inTime.id))?.state).toBe('approved')
  })

  it('lasts as long as is configured, counted by the database', async () => {
    const proposal = await openProposal(world, 2)

    const { glass } = await glassBy(withBreakGlass(world, { forMs: 600_000 }), proposal, ANA)

    expect(glass.until.getTime() - glass.at.getTime()).toBe(600_000)
  })
})
