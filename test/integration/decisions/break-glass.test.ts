import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { withBreakGlass } from './glass-world.ts'
import { acknowledgeIncident } from '../../../src/orchestrator/acknowledge-incident.ts'
import { breakGlass } from '../../../src/orchestrator/break-glass/break-glass.ts'
import { expireProposals } from '../../../src/orchestrator/expire-proposals.ts'
import { freezeService } from '../../../src/orchestrator/freeze-service.ts'
import { loadIncidentView } from '../../../src/orchestrator/load-incident-view.ts'
import { openProposal, press, pressed } from './presses.ts'
import { policyEngineWithout } from '../../unit/policy/default-policies.ts'
import { readAudit } from '../../../src/orchestrator/read/read-audit.ts'
import { RefusedError } from '../../../src/kernel/errors.ts'
import { remindReviewers } from '../../../src/orchestrator/break-glass/remind-reviewers.ts'
import { resolveIncident } from '../../../src/orchestrator/resolve-incident.ts'
import { reviewBreakGlass } from '../../../src/orchestrator/break-glass/review-break-glass.ts'
import { showGlass } from '../../../src/orchestrator/break-glass/show-glass.ts'
import { ANA, auditEvents, BO, CY, DI, EVE, openScene, openWorld, person } from './world.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { Person } from '../../../src/domain/person.ts'
import type { Proposal } from '../../../src/domain/approval.ts'
import type { World } from './world.ts'

const REASON = 'checkout is down and nobody answers'
const AUDITOR = person('gus', ['auditor'])

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

type Change = Partial<Parameters<typeof breakGlass>[1]>

function glassBy(own: Deps, proposal: Proposal, { id }: Pick<Person, 'id'>, change: Change = {}) {
  return breakGlass(own, {
    ...{ proposalId: proposal.id, incidentId: null, personId: id, planHash: proposal.planHash },
    ...{ reason: REASON, origin: 'slack' },
    ...change,
  })
}

/** As one word: `broken`, or the code of the refusal. */
async function broken(...args: Parameters<typeof glassBy>): Promise<string> {
  return codeOf(async () => {
    await glassBy(...args)
    return 'broken'
  })
}

async function codeOf(work: () => Promise<string>): Promise<string> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof RefusedError) return error.code
    throw error
  }
}

const resolved = (proposal: Proposal, by = CY) =>
  codeOf(async () => {
    const { state } = await resolveIncident(deps, { incidentId: proposal.incidentId, person: by, origin: 'slack' })
    return state
  })

const reviewed = (proposal: Proposal, by: Person, own = deps) =>
  codeOf(async () => {
    const input = { incidentId: proposal.incidentId, person: by, origin: 'slack', proposalId: null } as const
    await reviewBreakGlass(own, { ...input, verdict: 'justified', text: 'It saved the day.' })
    return 'reviewed'
  })

async function endRun(proposal: Proposal): Promise<void> {
  await world.query(
    `UPDATE runs SET state = 'succeeded', started_at = now(), finished_at = now() WHERE proposal_id = $1`,
    [proposal.id],
  )
  await world.query(`UPDATE proposals SET closed_at = now() WHERE id = $1`, [proposal.id])
}

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
    const [entry] = await fieldOfEntries(proposal, 'break_glass.used')
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

describe('the review', () => {
  it('comes before the incident can be resolved: the refusal names who may and until when; then it can', async () => {
    const proposal = await openProposal(world, 2)
    const { glass } = await glassBy(deps, proposal, ANA)
    await endRun(proposal)

    expect(await resolved(proposal)).toBe('review_missing')
    const due = glass.reviewDue.toISOString().slice(0, 16).replace('T', ' ')
    await expect(
      resolveIncident(deps, { incidentId: proposal.incidentId, person: CY, origin: 'slack' }),
    ).rejects.toThrow(
      new RegExp(`due ${due} UTC. Bo, Cy, Eve and Gus may review it: breakglass ${proposal.incidentId} review`),
    )
    expect(await reviewed(proposal, BO)).toBe('reviewed')
    expect(await resolved(proposal)).toBe('resolved')
    const [entry] = await fieldOfEntries(proposal, 'break_glass.reviewed')
    expect(entry).toMatchObject({ reason: REASON, reviewer: 'bo', reviewDone: expect.stringMatching(/^20/) })
  })

  it('is not waited for where nobody broke any glass: the incident is resolved at once', async () => {
    const proposal = await openProposal(world, 2)
    await press(deps, proposal, BO)
    await endRun(proposal)

    expect(await resolved(proposal)).toBe('resolved')
  })

  it('stands though the incident is acknowledged, and though nothing came of the run', async () => {
    const proposal = await openProposal(world, 2)
    await glassBy(deps, proposal, ANA)
    await acknowledgeIncident(deps, { incidentId: proposal.incidentId, person: BO, origin: 'slack' })
    await pressed(deps, proposal, BO, { decision: 'reject' })
    await world.query(`UPDATE runs SET state = 'stopped', finished_at = now() WHERE proposal_id = $1`, [proposal.id])

    expect(await resolved(proposal)).toBe('review_missing')
  })

  it('is not given by the one who broke it, by the program, the policy and the database; an auditor may', async () => {
    const proposal = await openProposal(world, 2)
    await glassBy(deps, proposal, ANA)

    expect(await reviewed(proposal, ANA)).toBe('own_break_glass')
    const own = { reviewerId: 'ana', reviewerName: 'Ana', verdict: 'justified', text: 'fine' } as const
    expect(await deps.stores.glass.review(proposal.id, own)).toBeUndefined()
    expect(await reviewed(proposal, AUDITOR)).toBe('reviewed')
    expect(await auditEvents(world, proposal.incidentId)).toContain('request.refused (own_break_glass)')
  })

  it('is not for a responder; a policy that lets everybody would let them', async () => {
    const proposal = await openProposal(world, 2)
    await glassBy(deps, proposal, ANA)

    expect(await reviewed(proposal, DI)).toBe('not_allowed')
    const open = { ...deps, authorize: () => ({ verdict: 'allow', reasons: [], policyVersion: 'none' }) as const }
    expect(await reviewed(proposal, DI, open)).toBe('reviewed')
  })

  it('counts once', async () => {
    const proposal = await openProposal(world, 2)
    await glassBy(deps, proposal, ANA)

    const outcomes = await Promise.all([reviewed(proposal, BO), reviewed(proposal, CY), reviewed(proposal, EVE)])

    expect(outcomes.toSorted()).toEqual(['already_reviewed', 'already_reviewed', 'reviewed'])
  })

  it('that lapses is asked for loudly, not at every tick, and stands in the report as overdue', async () => {
    const [lapsed, waiting] = [await openProposal(world, 2), await openProposal(world, 2)]
    await glassBy(deps, lapsed, ANA)
    await glassBy(deps, waiting, ANA)
    await world.query(
      `UPDATE glass_breaks SET review_due = clock_timestamp() - interval '1 minute' WHERE proposal_id = $1`,
      [lapsed.id],
    )

    const first = await remindReviewers(deps)
    const second = await remindReviewers(deps)
    await world.query(`UPDATE glass_breaks SET reminded_at = reminded_at - interval '4 hours' WHERE proposal_id = $1`, [
      lapsed.id,
    ])
    const later = await remindReviewers(deps)

    expect([first.reminded, second.reminded, later.reminded]).toEqual([[lapsed.id], [], [lapsed.id]])
    const direct = await world.query<{ person: string }>(
      `SELECT DISTINCT payload ->> 'personId' AS person FROM outbox_messages
        WHERE incident_id = $1 AND payload ->> 'text' LIKE '%overdue%' AND payload ->> 'kind' = 'direct' ORDER BY 1`,
      [lapsed.incidentId],
    )
    expect(direct.map(({ person: id }) => id)).toEqual(['bo', 'cy', 'eve', 'gus'])
    const events = await auditEvents(world, lapsed.incidentId)
    expect(events.filter((event) => event === 'break_glass.overdue')).toHaveLength(1)
    const { glass } = await readAudit(
      deps,
      { type: 'person', person: AUDITOR, origin: 'console' },
      { incidentId: null, after: null, limit: 1 },
    )
    expect(glass.uses.find((use) => use.proposalId === lapsed.id)).toMatchObject({ isOverdue: true, review: null })
    expect(glass.uses.find((use) => use.proposalId === waiting.id)).toMatchObject({ isOverdue: false })
    expect(glass.overdue).toBe(1)
  })

  it('has a report that is complete: every use on the audit log stands in it with the state of its review', async () => {
    const { glass } = await readAudit(
      deps,
      { type: 'person', person: AUDITOR, origin: 'console' },
      { incidentId: null, after: null, limit: 1 },
    )
    const logged = await world.query<{ id: string }>(
      `SELECT convert_from(bytes, 'UTF8')::jsonb ->> 'proposalId' AS id FROM audit_leaves WHERE event = 'break_glass.used'`,
    )
    const seen = await world.query<{ id: string }>(
      `SELECT convert_from(bytes, 'UTF8')::jsonb ->> 'proposalId' AS id FROM audit_leaves WHERE event = 'break_glass.reviewed'`,
    )

    expect(glass.uses.map((use) => use.proposalId).toSorted()).toEqual(logged.map(({ id }) => id).toSorted())
    const reviewedIds = glass.uses.flatMap((use) => (use.review === null ? [] : [use.proposalId]))
    expect(reviewedIds.toSorted()).toEqual(seen.map(({ id }) => id).toSorted())
    expect(glass.total).toBe(logged.length)
    expect(glass.unreviewed).toBe(logged.length - seen.length)
  })
})

async function fieldOfEntries(proposal: Proposal, event: string): Promise<readonly object[]> {
  const rows = await world.query<{ field: object }>(
    `SELECT convert_from(bytes, 'UTF8')::jsonb -> 'breakGlass' AS field FROM audit_leaves WHERE incident_id = $1 AND event = $2`,
    [proposal.incidentId, event],
  )
  return rows.map(({ field }) => field)
}
