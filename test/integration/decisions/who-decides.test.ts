import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { createPolicyEngine } from '../../../src/policy/cedar-engine.ts'
import { defaultPolicyFiles, policyEngineWithout } from '../../unit/policy/default-policies.ts'
import { loadIncidentView } from '../../../src/orchestrator/load-incident-view.ts'
import { proposePlaybook } from '../../../src/orchestrator/propose-playbook.ts'
import { ANA, BO, CY, DI, EVE, auditEvents, openTwin, openWorld, person } from './world.ts'
import { endingOf, openProposal, press, pressed, withProposals } from './presses.ts'
import type { AuthorizationVerdict } from '../../../src/domain/authorization.ts'
import type { Proposal } from '../../../src/domain/approval.ts'
import type { World } from './world.ts'

let world: World
const PEOPLE = [ANA, BO, CY, DI, EVE]
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())
beforeEach(() => {
  world.people = PEOPLE
})

async function requestedBy(personId: string): Promise<Proposal> {
  const own = await openProposal(world)
  const { proposal } = await proposePlaybook(world.deps, {
    incidentId: own.incidentId,
    playbook: 'rollback-bad-deploy',
    inputs: { revision: '40' },
    personId,
    origin: 'teams',
  })
  return proposal
}

describe('an approval that makes the quorum', () => {
  it('approves, queues the run and leaves the whole record, in one transaction', async () => {
    const proposal = await openProposal(world)
    const result = await press(world.deps, proposal, BO)

    expect(result).toMatchObject({ outcome: 'approved', run: { state: 'queued' }, missing: { approvals: 0 } })
    expect(result.text).toBe(`${proposal.id} is approved by Bo; ${result.run?.id ?? ''} starts.`)
    expect(await auditEvents(world, proposal.incidentId)).toEqual([
      'proposal.made',
      'decision.recorded',
      'proposal.approved',
    ])
    expect(world.jobs).toContainEqual({ name: 'run.advance', data: { runId: result.run?.id } })
  })

  it('takes two at tier 3, one of the owning group', async () => {
    const proposal = await openProposal(world, 3)
    const first = await press(world.deps, proposal, BO)

    expect(first).toMatchObject({ outcome: 'counted', missing: { approvals: 1, fromOwningGroup: 1 } })
    expect(first.text).toMatch(/One more approval by an approver, one from payments/)
    expect(await pressed(world.deps, proposal, CY)).toBe('counted')
    expect(await pressed(world.deps, proposal, ANA)).toBe('approved')
  })

  it('may be typed with the first eight of the hash', async () => {
    const proposal = await openProposal(world)
    expect(await pressed(world.deps, proposal, BO, { planHash: proposal.planHash.slice(0, 8).toUpperCase() })).toBe(
      'approved',
    )
    const [decision] = await world.deps.stores.decisions.list(proposal.id)
    expect(decision?.planHash).toBe(proposal.planHash)
  })

  it('says so when the commander stands in for a group without an approver', async () => {
    const lead = person('lead', ['approver', 'commander'])
    world.people = [BO, CY, lead]
    const proposal = await openProposal(world, 3)
    await press(world.deps, proposal, BO)
    expect(await pressed(world.deps, proposal, lead)).toBe('approved')

    const entries = await world.deps.stores.timeline.list(proposal.incidentId, null, 50)
    expect(entries.map((entry) => entry.text).join('\n')).toMatch(/Lead approves PRO-\d+ as commander, in place of/)
  })
})

describe('T14: the requester', () => {
  it.each(['slack', 'teams', 'console'] as const)('cannot approve from %s, whatever account it was', async (origin) => {
    const proposal = await requestedBy(BO.id)
    expect(await pressed(world.deps, proposal, BO, { origin })).toBe('requester')
    expect(await endingOf(world, proposal)).toMatchObject({ state: 'pending', approvals: [], runs: 0 })
  })

  it('is whoever changed the inputs last, and somebody else may approve', async () => {
    const proposal = await requestedBy(BO.id)
    expect(proposal.requester).toBe('bo')
    expect(await pressed(world.deps, proposal, CY)).toBe('approved')
  })

  it('approves once the rule is taken out of policy and quorum (the twin)', async () => {
    const proposal = await requestedBy(BO.id)
    const { authorize } = policyEngineWithout('no-approval-by-the-requester')
    const open = withProposals(world.replica({ authorize }), (store) => ({
      lock: async (id) => {
        const locked = await store.lock(id)
        if (locked === undefined) return undefined
        const required = { ...locked.proposal.required, requesterMayApprove: true }
        return { ...locked, proposal: { ...locked.proposal, required } }
      },
    }))
    expect(await pressed(open, proposal, BO)).toBe('approved')
  })
})

describe('T13, T15: who may not', () => {
  it.each([
    ['a responder at tier 2', DI, 'not_allowed'],
    ['a commander without the role', EVE, 'not_allowed'],
    ['countersign itself', { id: 'countersign' }, 'unknown_person'],
    ['somebody who looks like an approver', { id: 'bо' }, 'unknown_person'],
    ['the name of an approver', { id: 'Bo' }, 'unknown_person'],
    ['an id with invisible characters', { id: 'bo\u200b' }, 'unknown_person'],
    ['nobody', { id: '' }, 'unknown_person'],
  ])('%s', async (_, who, expected) => {
    const proposal = await openProposal(world)
    expect(await pressed(world.deps, proposal, who)).toBe(expected)
    expect(await endingOf(world, proposal)).toEqual({ state: 'pending', runs: 0, approvals: [], rejections: [] })
  })

  it('who lost the role a moment ago, and the refusal is on record', async () => {
    const proposal = await openProposal(world)
    world.people = [ANA, { ...BO, roles: ['responder'] }]

    expect(await pressed(world.deps, proposal, BO)).toBe('not_allowed')
    expect(await auditEvents(world, proposal.incidentId)).toContain('decision.refused (not_allowed)')
  })

  it('whose earlier approval is worth nothing since: it is not counted for the quorum', async () => {
    const proposal = await openProposal(world, 3)
    await press(world.deps, proposal, BO)
    world.people = [ANA, CY]

    expect(await press(world.deps, proposal, ANA)).toMatchObject({ outcome: 'counted', missing: { approvals: 1 } })
    expect(await pressed(world.deps, proposal, CY)).toBe('approved')
  })
})

describe('T15: a group that a policy asks for', () => {
  const rule = `@id("the-group-approves")
@says("only platform and payments approve")
forbid (principal, action == Action::"approve", resource is Proposal)
unless { principal is Person && (principal in Group::"platform" || principal in Group::"payments") };
`
  const { authorize } = createPolicyEngine([...defaultPolicyFiles(), { file: 'policies/bank.cedar', text: rule }])
  const moved = [ANA, { ...BO, groups: ['elsewhere'] }, CY]

  it('is asked for again when the next approval is counted, and the card says whose counts no more', async () => {
    const bank = world.replica({ authorize })
    const proposal = await openProposal(world, 3)
    expect(await pressed(bank, proposal, BO)).toBe('counted')
    world.people = moved

    expect(await press(bank, proposal, ANA)).toMatchObject({ outcome: 'counted', missing: { approvals: 1 } })
    const view = await loadIncidentView(bank, proposal.incidentId)
    expect(view?.proposal).toMatchObject({ approvalsCounted: 1, canApprove: ['Cy'] })
    expect(view?.proposal?.required.rules[0]).toBe(
      'The policy does not let Bo approve it any more: that approval does not count any more.',
    )
    expect(await pressed(bank, proposal, CY)).toBe('approved')
  })

  it('that no policy asks for may be left (the twin)', async () => {
    const proposal = await openProposal(world, 3)
    await press(world.deps, proposal, BO)
    world.people = moved

    expect(await pressed(world.deps, proposal, ANA)).toBe('approved')
  })
})

describe('T20: an approval of one plan for another', () => {
  it('is refused for every pair of plans, incidents and environments', async () => {
    const one = await openProposal(world)
    const other = await openProposal(world)
    const third = await openProposal(world, 3)
    const all = [one, other, third]
    for (const target of all) {
      for (const shown of all) {
        for (const card of all) {
          if (target === shown && target === card) continue
          const outcome = await pressed(world.deps, target, ANA, {
            planHash: shown.planHash,
            incidentId: card.incidentId,
          })
          expect(['hash_mismatch', 'wrong_incident']).toContain(outcome)
        }
      }
    }
    for (const target of all) expect(await endingOf(world, target)).toMatchObject({ state: 'pending', approvals: [] })
  })

  it('with an equal plan of another incident is refused as well', async () => {
    const one = await openProposal(world)
    const { incident } = { incident: await world.deps.stores.incidents.find(one.incidentId) }
    const twin = await openTwin(world, { incident: incident!, change: undefined as never })
    const { proposal } = await proposePlaybook(world.deps, {
      incidentId: twin.id,
      playbook: 'rollback-bad-deploy',
      inputs: {},
      personId: ANA.id,
      origin: 'slack',
    })
    expect(proposal.planDigest).toBe(one.planDigest)
    expect(await pressed(world.deps, proposal, BO, { planHash: one.planHash })).toBe('hash_mismatch')
  })

  it.each([null, '', '0', 'abcdefg', 'zzzzzzzz', '%', 'a'.repeat(65)])(
    'with %j for a hash is refused',
    async (planHash) => {
      const proposal = await openProposal(world)
      const short = planHash === 'abcdefg' ? proposal.planHash.slice(0, 7) : planHash
      expect(await pressed(world.deps, proposal, BO, { planHash: short })).toMatch(/^hash_/)
    },
  )

  it('would be taken if the hash were not compared (the twin)', async () => {
    const proposal = await openProposal(world)
    const other = await openProposal(world)
    const blind = withProposals(world.deps, (store) => ({
      lock: async (id) => {
        const locked = await store.lock(id)
        if (locked === undefined) return undefined
        return { ...locked, proposal: { ...locked.proposal, planHash: other.planHash } }
      },
    }))
    expect(await pressed(world.deps, proposal, BO, { planHash: other.planHash })).toBe('hash_mismatch')
    expect(await pressed(blind, proposal, BO, { planHash: other.planHash })).toBe('approved')
  })
})

describe('T21: a press on an old card', () => {
  it.each(['approve', 'reject'] as const)('%s learns who decided, and changes nothing', async (decision) => {
    const proposal = await openProposal(world)
    await press(world.deps, proposal, BO, { decision: 'reject', reason: 'Wrong service' })
    const before = await endingOf(world, proposal)
    const result = await press(world.deps, proposal, CY, { decision })

    expect(result.outcome).toBe('already_decided')
    expect(result.text).toMatch(
      new RegExp(
        `^${proposal.id} was decided by Bo at \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d UTC: rejected \\(Wrong service\\)\\.$`,
      ),
    )
    expect(await endingOf(world, proposal)).toEqual(before)
  })

  it('refreshes every copy of the card', async () => {
    const proposal = await openProposal(world)
    await press(world.deps, proposal, BO)
    await world.query(`UPDATE outbox_messages SET state = 'sent'`)
    await press(world.deps, proposal, BO)

    const rows = await world.query(
      `SELECT 1 FROM outbox_messages WHERE state = 'waiting' AND kind = 'card' AND incident_id = $1`,
      [proposal.incidentId],
    )
    expect(rows.length).toBeGreaterThan(0)
  })

  it('of a superseded proposal is told so', async () => {
    const proposal = await openProposal(world)
    await proposePlaybook(world.deps, {
      incidentId: proposal.incidentId,
      playbook: 'rollback-bad-deploy',
      inputs: { revision: '40' },
      personId: ANA.id,
      origin: 'slack',
    })
    const result = await press(world.deps, proposal, BO)

    expect(result.outcome).toBe('already_decided')
    expect(result.text).toMatch(/was superseded at .* UTC \(A newer plan takes its place\)\./)
  })

  it('of a superseded proposal would start it if nobody looked how it ended (the twin)', async () => {
    const proposal = await openProposal(world)
    const newer = { incidentId: proposal.incidentId, playbook: 'rollback-bad-deploy', inputs: { revision: '40' } }
    await proposePlaybook(world.deps, { ...newer, personId: ANA.id, origin: 'slack' })
    expect(await pressed(world.deps, proposal, BO)).toBe('already_decided')

    const asItWas = { state: 'pending', closedAt: null, closedReason: null } as const
    const blind = withProposals(world.deps, (store) => ({
      lock: async (id) => {
        const locked = await store.lock(id)
        return locked === undefined ? undefined : { ...locked, proposal: { ...locked.proposal, ...asItWas } }
      },
      move: async () => ({ ...proposal, ...asItWas, state: 'approved' }),
    }))
    expect(await pressed(blind, proposal, BO)).toBe('approved')
    expect((await endingOf(world, proposal)).runs).toBe(1)
  })

  it('twice by the same person counts once', async () => {
    const proposal = await openProposal(world, 3)
    await press(world.deps, proposal, BO)
    const again = await press(world.deps, proposal, BO, { origin: 'teams' })

    expect(again.outcome).toBe('already_decided')
    expect(again.text).toMatch(/You have approved PRO-\d+ already/)
    expect((await endingOf(world, proposal)).approvals).toEqual(['bo'])
  })
})

describe('T23: nobody may approve', () => {
  const decisionless = defaultPolicyFiles().filter(({ file }) => !file.endsWith('decisions.cedar'))
  const ALLOW: AuthorizationVerdict = { verdict: 'allow', reasons: [], policyVersion: 'x' }

  it.each<[string, () => void]>([
    ['without people', () => (world.people = [])],
    ['without roles', () => (world.people = PEOPLE.map((each) => ({ ...each, roles: [] })))],
  ])('%s', async (_, make) => {
    const proposal = await openProposal(world)
    make()
    for (const who of PEOPLE) expect(await pressed(world.deps, proposal, who)).toMatch(/unknown_person|not_allowed/)
    expect(await endingOf(world, proposal)).toMatchObject({ state: 'pending', approvals: [] })
  })

  it('when the file of decisions is missing, while a policy that allows by default would let them (the twin)', async () => {
    const proposal = await openProposal(world)
    const { authorize } = createPolicyEngine(decisionless)

    expect(await pressed(world.replica({ authorize }), proposal, BO)).toBe('not_allowed')
    expect(await pressed(world.replica({ authorize: () => ALLOW }), proposal, BO)).toBe('approved')
  })
})

describe('T26: approving faster than anybody reads', () => {
  it('asks for a further approver beyond the limit, and not before', async () => {
    const limited = world.replica({ settings: { fatigue: { decisions: 3, perMs: 600_000 } } })
    world.people = [...PEOPLE, person('hasty', ['approver'])]
    const hasty = { id: 'hasty' }
    const outcomes: string[] = []
    const proposals: Proposal[] = []
    for (let index = 0; index < 4; index += 1) {
      const proposal = await openProposal(world)
      proposals.push(proposal)
      outcomes.push(await pressed(limited, proposal, hasty))
    }
    const last = proposals.at(-1)!

    expect(outcomes).toEqual(['approved', 'approved', 'approved', 'counted'])
    const view = await loadIncidentView(limited, last.incidentId)
    expect(view?.proposal?.required).toMatchObject({
      approvals: 2,
      rules: expect.arrayContaining([expect.stringMatching(/^An approver is beyond the limit of decisions/)]),
    })
    const [entry] = await world.query<{ details: object }>(
      `SELECT convert_from(bytes, 'UTF8')::jsonb -> 'details' AS details FROM audit_leaves
        WHERE incident_id = $1 AND event = 'decision.recorded'`,
      [last.incidentId],
    )
    expect(entry?.details).toMatchObject({ missing: 1, beyondLimit: true })
    expect(await press(limited, last, BO)).toMatchObject({ outcome: 'approved' })
  })

  it('lets the same approvals through when the limit is taken out (the twin)', async () => {
    const unlimited = world.replica({ settings: { fatigue: { decisions: 1_000, perMs: 600_000 } } })
    world.people = [...PEOPLE, person('eager', ['approver'])]
    for (let index = 0; index < 5; index += 1) {
      expect(await pressed(unlimited, await openProposal(world), { id: 'eager' })).toBe('approved')
    }
  })
})
