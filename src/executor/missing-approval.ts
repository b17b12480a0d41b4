import type { Decision, Proposal } from '../domain/approval.ts'
import type { GlassBreak } from '../domain/glass-break.ts'
import type { Person } from '../domain/person.ts'
import type { Plan } from '../domain/plan.ts'
import { countQuorum } from '../policy/approval-quorum.ts'
import type { Quorum } from '../policy/approval-quorum.ts'
import { requirementOf } from '../policy/approval-requirement.ts'

export interface ApprovalFacts {
  readonly plan: Plan
  readonly proposal: Proposal
  readonly decisions: readonly Decision[]
  /** The directory as it is now. */
  readonly people: readonly Person[]
  readonly commander: string | null
  /** Of the plan's service, as the catalog has it now. */
  readonly owner: string | null
  /** The mode is `act` and the playbook autonomous, now. */
  readonly mayRunByItself: boolean
  /** Whose approval the policy would not let them give now. */
  readonly forbidden: ReadonlySet<string>
  /** By person id: why the account by which they approved does not stand any more. */
  readonly disowned: ReadonlyMap<string, string>
  /** Who approved beyond the limit of decisions; null while nobody has looked, since as many count as when it was approved. */
  readonly fatigued: ReadonlySet<string> | null
}

/** What is asked again of a plan that ran without its quorum. */
export interface GlassFacts {
  readonly glass: GlassBreak
  readonly proposal: Proposal
  /** The directory as it is now. */
  readonly findPerson: (personId: string) => Person | undefined
  /** Whether the policy lets this person break the glass for this plan now. */
  readonly mayBreak: (person: Person) => boolean
  /** Why the account from which it was broken does not stand any more; null while it does. */
  readonly disowned: string | null
  /** Playbooks that the configuration names for it now. */
  readonly playbooks: readonly string[]
}

/**
 * null while the one person who took the place of the quorum may still do so, for these very bytes. Nobody else is
 * counted, and nothing else is let go.
 */
export function missingForGlass({
  glass,
  proposal,
  findPerson,
  mayBreak,
  disowned,
  playbooks,
}: GlassFacts): string | null {
  if (glass.planHash !== proposal.planHash) return 'the glass was broken for another plan'
  const person = findPerson(glass.personId)
  if (person === undefined) return `${glass.personName}, who broke the glass, is not in the directory any more`
  if (!mayBreak(person)) return `${person.name} may not break the glass any more`
  if (disowned !== null) return `${person.name}, who broke the glass, does not count any more (${clause(disowned)})`
  const { name } = proposal.plan.playbook
  return playbooks.includes(name) ? null : `${name} is not on the list approvals.breakGlass any more`
}

/** The decisions counted against what the signed plan asks for. */
export function quorumOf(facts: ApprovalFacts): Quorum {
  const { plan, proposal } = facts
  const runsByItself = plan.tier === 1 && facts.mayRunByItself && proposal.required.approvals === 0
  return countQuorum({
    tier: plan.tier,
    requirement: requirementOf({ tier: plan.tier, owner: facts.owner, runsByItself }),
    requester: proposal.requester,
    decisions: facts.decisions.filter(
      (decision) => decision.decision === 'reject' || decision.planHash === proposal.planHash,
    ),
    people: facts.people,
    commander: facts.commander,
    fatigued: facts.fatigued ?? new Set(),
    forbidden: facts.forbidden,
    disowned: facts.disowned,
  })
}

/**
 * null while the approvals form the quorum with the roles that people have now. What is asked for follows from the
 * signed plan's tier and not from the proposal's row, of which no hash covers that part; only whether the plan was not
 * novel when it was made is taken from there. Approvals of other bytes do not count. One that counts no more may have been
 * the further one that was asked for beyond the limit of decisions; nothing goes before somebody has looked.
 */
export function missingApproval(facts: ApprovalFacts): string | null {
  const quorum = quorumOf(facts)
  switch (quorum.state) {
    case 'approved':
      return facts.fatigued === null && quorum.ignored.length > 0 ? notAnyMore(quorum) : null
    case 'rejected':
      return `${quorum.rejectedBy ?? 'somebody'} rejected it`
    case 'pending':
      return notAnyMore(quorum)
  }
}

function notAnyMore({ ignored, missing }: Quorum): string {
  const why = [...ignored.map(({ reason }) => clause(reason)), clause(missing.text)].filter((part) => part !== '')
  return `the approvals no longer form the quorum (${why.join('; ')})`
}

function clause(sentence: string): string {
  return sentence.replace(/[.\s]+$/, '')
}
