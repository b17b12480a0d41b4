import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { countQuorum, listEligibleApprovers } from '../../../src/policy/approval-quorum.ts'
import { requirementOf } from '../../../src/policy/approval-requirement.ts'
import type { Decision } from '../../../src/domain/approval.ts'
import type { Person, Role } from '../../../src/domain/person.ts'
import type { QuorumFacts } from '../../../src/policy/approval-quorum.ts'
import type { Tier } from '../../../src/domain/plan.ts'

function person(id: string, roles: Role[], groups: string[] = []): Person {
  return { id, name: id[0]!.toUpperCase() + id.slice(1), slack: null, teams: null, groups, roles }
}

const ANA = person('ana', ['responder', 'approver'], ['payments'])
const BO = person('bo', ['responder', 'approver'], ['platform'])
const CY = person('cy', ['responder', 'approver'], ['platform'])
const DI = person('di', ['responder'], ['payments'])
const EVE = person('eve', ['approver', 'commander'], ['platform'])
const PEOPLE = [ANA, BO, CY, DI, EVE]

function decision(personId: string, change: Partial<Decision> = {}): Decision {
  return {
    proposalId: 'PRO-1',
    personId,
    personName: personId,
    decision: 'approve',
    reason: null,
    planHash: 'h',
    rolesAtTime: ['approver'],
    groupsAtTime: [],
    surface: 'slack',
    at: new Date(0),
    onCall: null,
    withdrawnAt: null,
    ...change,
  }
}

function facts(tier: Tier, approvers: readonly string[], change: Partial<QuorumFacts> = {}): QuorumFacts {
  return {
    tier,
    requirement: requirementOf({ tier, owner: 'payments', runsByItself: false }),
    requester: 'countersign',
    decisions: approvers.map((id) => decision(id)),
    people: PEOPLE,
    commander: null,
    fatigued: new Set(),
    ...change,
  }
}
const stateOf = (...args: Parameters<typeof facts>) => countQuorum(facts(...args)).state

describe('the quorum', () => {
  it.each<[string, Tier, string[], Partial<QuorumFacts>, string]>([
    ['tier 1: a responder', 1, ['di'], {}, 'approved'],
    ['tier 1: the requester', 1, ['di'], { requester: 'di' }, 'approved'],
    ['tier 1: an approver is at least a responder', 1, ['eve'], {}, 'approved'],
    ['tier 1: nobody yet', 1, [], {}, 'pending'],
    ['tier 2: an approver', 2, ['bo'], {}, 'approved'],
    ['tier 2: a responder does not count', 2, ['di'], {}, 'pending'],
    ['tier 2: the requester does not count', 2, ['bo'], { requester: 'bo' }, 'pending'],
    ['tier 2: somebody else than the requester', 2, ['bo', 'cy'], { requester: 'bo' }, 'approved'],
    ['tier 3: two, one of the owning group', 3, ['ana', 'bo'], {}, 'approved'],
    ['tier 3: one is not enough', 3, ['ana'], {}, 'pending'],
    ['tier 3: two of another group', 3, ['bo', 'cy'], {}, 'pending'],
    ['tier 3: three of another group', 3, ['bo', 'cy', 'eve'], {}, 'pending'],
    ['tier 3: the requester of the owning group does not count', 3, ['ana', 'bo'], { requester: 'ana' }, 'pending'],
    ['tier 4: never', 4, ['ana', 'bo', 'cy', 'eve'], {}, 'pending'],
    ['somebody who left the directory', 2, ['gone'], {}, 'pending'],
    ['countersign itself', 2, ['countersign'], {}, 'pending'],
  ])('%s', (_, tier, approvers, change, expected) => {
    expect(stateOf(tier, approvers, change)).toBe(expected)
  })

  it('looks at roles as they are now, and says whose approval no longer counts', () => {
    const people = [{ ...BO, roles: ['responder' as const] }]
    const quorum = countQuorum(facts(2, ['bo'], { people }))

    expect(quorum.state).toBe('pending')
    expect(quorum.ignored).toEqual([{ personId: 'bo', reason: 'Bo is not an approver.' }])
  })

  it('does not count an approval whose account does not stand any more, and says whose; one that stands counts (the twin)', () => {
    const says = 'Slack says that the account of Bo is deactivated.'
    const quorum = countQuorum(facts(2, ['bo'], { disowned: new Map([['bo', says]]) }))

    expect(quorum).toMatchObject({ state: 'pending', counted: [], ignored: [{ personId: 'bo', reason: says }] })
    expect(countQuorum(facts(2, ['bo'], { disowned: new Map([['ana', says]]) })).state).toBe('approved')
  })

  it('counts one person once, whatever the platform', () => {
    const decisions = (['slack', 'teams', 'console'] as const).map((surface) => decision('ana', { surface }))
    expect(countQuorum(facts(3, [], { decisions })).counted).toHaveLength(1)
  })

  it('leaves withdrawn approvals out', () => {
    expect(stateOf(2, [], { decisions: [decision('bo', { withdrawnAt: new Date(1) })] })).toBe('pending')
  })

  it('is lost by one rejection, whoever approved', () => {
    const decisions = [decision('ana'), decision('bo'), decision('cy', { decision: 'reject' })]
    expect(countQuorum(facts(3, [], { decisions }))).toMatchObject({ state: 'rejected', rejectedBy: 'cy' })
  })

  it('needs no approval of what runs by itself', () => {
    const requirement = requirementOf({ tier: 1, owner: null, runsByItself: true })
    expect(stateOf(1, [], { requirement })).toBe('approved')
  })

  it('asks for one more when an approver is beyond the limit of decisions', () => {
    const fatigued = new Set(['bo'])
    const quorum = countQuorum(facts(2, ['bo'], { fatigued }))

    expect(quorum.state).toBe('pending')
    expect(quorum.missing).toMatchObject({ approvals: 1, text: expect.stringMatching(/beyond the limit/) })
    expect(stateOf(2, ['bo', 'cy'], { fatigued })).toBe('approved')
  })
})

describe('the commander stands in', () => {
  const others = [BO, CY, DI, EVE]

  it('where the owning group has no approver, and the record says so', () => {
    const quorum = countQuorum(facts(3, ['bo', 'eve'], { people: others, commander: 'eve' }))

    expect(quorum.state).toBe('approved')
    expect(quorum.counted.find(({ personId }) => personId === 'eve')).toMatchObject({ standsIn: true })
  })

  it('where no group owns the service', () => {
    const requirement = requirementOf({ tier: 3, owner: null, runsByItself: false })
    expect(stateOf(3, ['bo', 'eve'], { requirement, commander: 'eve' })).toBe('approved')
  })

  it('where the only approver of the group is the requester', () => {
    expect(stateOf(3, ['bo', 'eve'], { requester: 'ana', commander: 'eve' })).toBe('approved')
  })

  it.each<[string, Partial<QuorumFacts>]>([
    ['not while the group has an approver', { commander: 'eve' }],
    ['not when somebody else leads', { people: others, commander: 'di' }],
    ['not without being an approver', { people: [BO, CY, { ...EVE, roles: ['commander'] }], commander: 'eve' }],
  ])('%s', (_, change) => {
    expect(stateOf(3, ['bo', 'eve'], change)).toBe('pending')
  })
})

describe('who can still approve', () => {
  it.each<[string, Tier, string[], Partial<QuorumFacts>, string[]]>([
    ['tier 1: every responder', 1, [], {}, ['ana', 'bo', 'cy', 'di', 'eve']],
    ['tier 2: every approver but the requester', 2, [], { requester: 'bo' }, ['ana', 'cy', 'eve']],
    ['tier 3 with one of another group: the owning group alone', 3, ['bo'], {}, ['ana']],
    ['tier 3 with one of the owning group: everybody else', 3, ['ana'], {}, ['bo', 'cy', 'eve']],
    ['nobody once it is approved', 2, ['bo'], {}, []],
    ['nobody for tier 4', 4, [], {}, []],
  ])('%s', (_, tier, approvers, change, expected) => {
    expect(listEligibleApprovers(facts(tier, approvers, change)).map(({ id }) => id)).toEqual(expected)
  })
})

describe('whatever the decisions', () => {
  const ids = ['ana', 'bo', 'cy', 'di', 'eve', 'gone', 'countersign']
  const anyDecision = fc.record({
    id: fc.constantFrom(...ids),
    decision: fc.constantFrom('approve' as const, 'approve' as const, 'approve' as const, 'reject' as const),
    withdrawn: fc.boolean(),
    surface: fc.constantFrom('slack' as const, 'teams' as const, 'console' as const),
  })
  const anyFacts = fc
    .record({
      tier: fc.constantFrom<Tier>(1, 2, 3, 4),
      requester: fc.constantFrom(...ids),
      commander: fc.constantFrom(null, ...ids),
      people: fc.subarray(PEOPLE),
      decisions: fc.array(anyDecision, { maxLength: 8 }),
      fatigued: fc.subarray(ids),
    })
    .map(({ tier, requester, commander, people, decisions, fatigued }) =>
      facts(tier, [], {
        requester,
        commander,
        people,
        fatigued: new Set(fatigued),
        decisions: decisions.map(({ id, decision: kind, withdrawn, surface }) =>
          decision(id, { decision: kind, surface, withdrawnAt: withdrawn ? new Date(1) : null }),
        ),
      }),
    )

  it('their order does not matter', () => {
    fc.assert(
      fc.property(anyFacts, fc.infiniteStream(fc.nat()), (given, stream) => {
        const shuffled = given.decisions
          .map((each) => [stream.next().value as number, each] as const)
          .sort(([left], [right]) => left - right)
          .map(([, each]) => each)
        const [one, other] = [given.decisions, shuffled].map((decisions) => countQuorum({ ...given, decisions }))

        expect(other?.state).toBe(one?.state)
        expect(other?.missing).toEqual(one?.missing)
        expect(new Set(other?.counted.map(({ personId }) => personId))).toEqual(
          new Set(one?.counted.map(({ personId }) => personId)),
        )
      }),
      { numRuns: 500 },
    )
  })

  it('one person counts once, and the requester never at tier 2 or above', () => {
    fc.assert(
      fc.property(anyFacts, (given) => {
        const { counted, state } = countQuorum(given)
        const people = counted.map(({ personId }) => personId)

        expect(new Set(people).size).toBe(people.length)
        if (given.tier >= 2) expect(people).not.toContain(given.requester)
        if (given.tier === 4) expect(state).not.toBe('approved')
        if (state === 'approved') expect(people.length).toBeGreaterThanOrEqual(given.requirement.approvals)
      }),
      { numRuns: 1000 },
    )
  })

  it('a repeated decision changes nothing, and a rejection never approves', () => {
    fc.assert(
      fc.property(anyFacts, anyDecision, (given, repeated) => {
        const twice = { ...given, decisions: [...given.decisions, ...given.decisions] }
        expect(countQuorum(twice)).toEqual(countQuorum(given))

        const rejected = [...given.decisions, decision(repeated.id, { decision: 'reject' })]
        expect(countQuorum({ ...given, decisions: rejected }).state).toBe('rejected')
      }),
      { numRuns: 500 },
    )
  })

  it('would let the requester in if the rule were not asked (the guard taken out)', () => {
    const given = facts(2, ['bo'], { requester: 'bo' })
    const withoutTheGuard = { ...given, requirement: { ...given.requirement, requesterMayApprove: true } }

    expect(countQuorum(given).state).toBe('pending')
    expect(countQuorum(withoutTheGuard).state).toBe('approved')
  })
})
