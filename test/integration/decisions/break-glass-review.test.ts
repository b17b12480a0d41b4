import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { AUDITOR, codeOf, fieldOfEntries, glassBy, REASON, withBreakGlass } from './glass-world.ts'
import { acknowledgeIncident } from '../../../src/orchestrator/acknowledge-incident.ts'
import { openProposal, press, pressed } from './presses.ts'
import { readAudit } from '../../../src/orchestrator/read/read-audit.ts'
import { remindReviewers } from '../../../src/orchestrator/break-glass/remind-reviewers.ts'
import { resolveIncident } from '../../../src/orchestrator/resolve-incident.ts'
import { reviewBreakGlass } from '../../../src/orchestrator/break-glass/review-break-glass.ts'
import { ANA, auditEvents, BO, CY, DI, EVE, openWorld } from './world.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { Person } from '../../../src/domain/person.ts'
import type { Proposal } from '../../../src/domain/approval.ts'
import type { World } from './world.ts'

let world: World
let deps: Deps
beforeAll(async () => {
  world = await openWorld()
  deps = withBreakGlass(world)
})
afterAll(() => world.close())
beforeEach(() => {
  world.people = [ANA, BO, CY, DI, EVE, AUDITOR]
})

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
    const [entry] = await fieldOfEntries(world, proposal, 'break_glass.reviewed')
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
