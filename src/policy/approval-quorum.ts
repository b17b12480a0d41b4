import type { Decision, QuorumRequirement } from '../domain/approval.ts'
import type { Person, Role } from '../domain/person.ts'
import type { Tier } from '../domain/plan.ts'

/**
 * Counts decisions against what a plan's tier asks for. Roles and groups are those of this moment, not those of the
 * press: whoever runs a plan counts again before every step.
 */
export interface QuorumFacts {
  readonly tier: Tier
  readonly requirement: QuorumRequirement
  /** Person id, or `countersign`. */
  readonly requester: string
  readonly decisions: readonly Pick<Decision, 'personId' | 'personName' | 'decision' | 'withdrawnAt'>[]
  /** The directory as it is now. */
  readonly people: readonly Person[]
  /** Who leads the incident; null when nobody was assigned. */
  readonly commander: string | null
  /** People who approved beyond the fatigue limit: each such plan needs a further approver. */
  readonly fatigued: ReadonlySet<string>
  /** People whose approval the policy would not let them give any more. */
  readonly forbidden?: ReadonlySet<string>
  /** By person id: why the account by which they approved does not stand any more, one sentence. */
  readonly disowned?: ReadonlyMap<string, string>
}

export interface CountedApproval {
  readonly personId: string
  readonly personName: string
  /** True when this is the approval of the owning group. */
  readonly isFromOwningGroup: boolean
  /** True for the commander in place of an owning group without an approver; the record says so. */
  readonly standsIn: boolean
}

export interface Quorum {
  readonly state: 'pending' | 'approved' | 'rejected'
  readonly counted: readonly CountedApproval[]
  /** Approvals that do not count any more, with the reason. */
  readonly ignored: readonly { readonly personId: string; readonly reason: string }[]
  readonly rejectedBy: string | null
  readonly missing: {
    readonly approvals: number
    readonly fromOwningGroup: number
    /** What is still asked for, one sentence; empty when nothing is. */
    readonly text: string
  }
}

/** Who may stand for `responder` besides the role itself: an approver is at least that. */
const ENOUGH: Readonly<Partial<Record<Role, readonly Role[]>>> = { responder: ['responder', 'approver'] }

export function countQuorum(facts: QuorumFacts): Quorum {
  const live = onePerPerson(facts.decisions.filter((decision) => decision.withdrawnAt === null))
  const rejection = live.find((decision) => decision.decision === 'reject')
  const judged = live
    .filter((decision) => decision.decision === 'approve')
    .map((decision) => ({ decision, verdict: judgeGiven(facts, decision.personId) }))
  const counted = judged.flatMap(({ decision, verdict }) =>
    verdict.counts ? [{ personId: decision.personId, personName: decision.personName, ...verdict.weight }] : [],
  )
  const ignored = judged.flatMap(({ decision, verdict }) =>
    verdict.counts ? [] : [{ personId: decision.personId, reason: verdict.reason }],
  )
  const missing = findMissing(facts, counted)
  return {
    state: stateOf(facts.tier, rejection !== undefined, missing.approvals),
    counted,
    ignored,
    rejectedBy: rejection?.personId ?? null,
    missing,
  }
}

/** Tier 4 is never approved, whoever pressed what. */
function stateOf(tier: Tier, isRejected: boolean, missing: number): Quorum['state'] {
  if (isRejected) return 'rejected'
  return tier !== 4 && missing === 0 ? 'approved' : 'pending'
}

/** The store keeps one live decision a person; counting does not rely on it. A rejection weighs more. */
function onePerPerson(decisions: QuorumFacts['decisions']): QuorumFacts['decisions'] {
  const byPerson = new Map<string, QuorumFacts['decisions'][number]>()
  for (const decision of decisions) {
    if (!byPerson.has(decision.personId) || decision.decision === 'reject') byPerson.set(decision.personId, decision)
  }
  return [...byPerson.values()]
}

type ApproverVerdict =
  | { readonly counts: true; readonly weight: { readonly isFromOwningGroup: boolean; readonly standsIn: boolean } }
  | { readonly counts: false; readonly reason: string }

/** The same of an approval that was given: the policy and the platform of the account have their say again. */
function judgeGiven(facts: QuorumFacts, personId: string): ApproverVerdict {
  const verdict = judgeApprover(facts, personId)
  const disowned = facts.disowned?.get(personId)
  if (verdict.counts && disowned !== undefined) return { counts: false, reason: disowned }
  if (!verdict.counts || facts.forbidden?.has(personId) !== true) return verdict
  const name = facts.people.find(({ id }) => id === personId)?.name ?? personId
  return { counts: false, reason: `The policy does not let ${name} approve it any more.` }
}

/** Whether an approval of this person counts for this plan now, and what for. */
export function judgeApprover(
  facts: Pick<QuorumFacts, 'tier' | 'requirement' | 'requester' | 'people' | 'commander'>,
  personId: string,
): ApproverVerdict {
  const { requirement, requester } = facts
  const person = facts.people.find((candidate) => candidate.id === personId)
  if (person === undefined) return { counts: false, reason: `${personId} is not in the directory.` }
  if (facts.tier === 4) return { counts: false, reason: 'Tier 4 cannot be approved: a person does it by hand.' }
  if (person.id === requester && !requirement.requesterMayApprove) {
    return { counts: false, reason: `${person.name} requested this plan and cannot approve it.` }
  }
  const roles = ENOUGH[requirement.role] ?? [requirement.role]
  if (!roles.some((role) => person.roles.includes(role))) {
    return { counts: false, reason: `${person.name} is not ${withArticle(requirement.role)}.` }
  }
  const isFromOwningGroup = requirement.owningGroup !== null && person.groups.includes(requirement.owningGroup)
  return { counts: true, weight: { isFromOwningGroup, standsIn: !isFromOwningGroup && mayStandIn(facts, person) } }
}

/** The commander, if an approver, where the owning group has no approver who may decide on this plan. */
function mayStandIn(
  facts: Pick<QuorumFacts, 'requirement' | 'requester' | 'people' | 'commander'>,
  person: Person,
): boolean {
  const { requirement } = facts
  if (requirement.fromOwningGroup === 0 || !person.roles.includes('approver')) return false
  if (hasOwnApprover(facts)) return false
  return facts.commander === null ? person.roles.includes('commander') : facts.commander === person.id
}

function hasOwnApprover({
  requirement,
  requester,
  people,
}: Pick<QuorumFacts, 'requirement' | 'requester' | 'people'>): boolean {
  const group = requirement.owningGroup
  return (
    group !== null &&
    people.some(
      (person) => person.groups.includes(group) && person.roles.includes('approver') && person.id !== requester,
    )
  )
}

function findMissing(facts: QuorumFacts, counted: readonly CountedApproval[]): Quorum['missing'] {
  const { requirement } = facts
  const isTired = counted.some((approval) => facts.fatigued.has(approval.personId))
  const wanted = requirement.approvals + (isTired ? 1 : 0)
  const own = counted.filter((approval) => approval.isFromOwningGroup || approval.standsIn).length
  const fromOwningGroup = Math.max(0, requirement.fromOwningGroup - own)
  const approvals = Math.max(wanted - counted.length, fromOwningGroup, 0)
  return { approvals, fromOwningGroup, text: missingText(facts, approvals, fromOwningGroup, isTired) }
}

function missingText(facts: QuorumFacts, approvals: number, fromOwningGroup: number, isTired: boolean): string {
  if (facts.tier === 4 || approvals === 0) return ''
  const count = approvals === 1 ? 'One more approval' : `${String(approvals)} more approvals`
  const group = facts.requirement.owningGroup ?? 'the owning group'
  const whose = fromOwningGroup === 0 ? '' : hasOwnApprover(facts) ? `, one from ${group}` : ', one by the commander'
  const tired = isTired ? ' (an approver is beyond the limit of decisions, so one more is asked for)' : ''
  return `${count} by ${withArticle(facts.requirement.role)}${whose}${tired}.`
}

/** Who can still give an approval that is missing; those of the owning group alone when only theirs is. */
export function listEligibleApprovers(facts: QuorumFacts): readonly Person[] {
  const quorum = countQuorum(facts)
  if (quorum.state !== 'pending' || facts.tier === 4) return []
  const onlyGroup = quorum.missing.fromOwningGroup >= quorum.missing.approvals
  const decided = new Set(
    facts.decisions.filter((decision) => decision.withdrawnAt === null).map((decision) => decision.personId),
  )
  return facts.people.filter((person) => {
    if (decided.has(person.id)) return false
    const verdict = judgeApprover(facts, person.id)
    return verdict.counts && (!onlyGroup || verdict.weight.isFromOwningGroup || verdict.weight.standsIn)
  })
}

function withArticle(role: Role): string {
  return /^[aeiou]/.test(role) ? `an ${role}` : `a ${role}`
}
