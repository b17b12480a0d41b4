import type { Proposal } from '../../domain/approval.ts'
import type { Incident } from '../../domain/incident.ts'
import type { Person } from '../../domain/person.ts'
import type { Stores } from '../../ports/stores.ts'
import type { Deps } from '../dependencies.ts'
import type { QuorumFacts } from '../../policy/approval-quorum.ts'
import type { StepApproval } from '../../domain/step-approval.ts'
import type { OnCallNow } from '../decisions/read-on-call.ts'
import { nextApprovers } from './next-approvers.ts'

const MOST_TOLD = 5

/** What people are asked for: a proposal, or a step of its run put like one. */
export interface Asked {
  readonly proposal: Proposal
  readonly step: StepApproval | null
  readonly incident: Incident
  readonly facts: QuorumFacts
  /** Where it was read. */
  readonly onCall?: OnCallNow | null
}

/** Direct messages to the next approvers, in the transaction of what they tell of. */
export async function tellApprovers(deps: Deps, stores: Stores, asked: Asked, why: string): Promise<readonly Person[]> {
  const { proposal, step, incident } = asked
  const people = nextApprovers(deps, proposal, incident, asked.facts, asked.onCall).slice(0, MOST_TOLD)
  await askDirectly(stores, asked, people, why)
  const awaited = { proposalId: proposal.id, step: step === null ? null : { runId: step.runId, stepId: step.stepId } }
  if (people.length > 0) {
    await stores.escalations.noteAsked(
      awaited,
      people.map(({ id }) => id),
    )
  }
  return people
}

export async function askDirectly(stores: Stores, asked: Asked, people: readonly Person[], why: string): Promise<void> {
  const { proposal, step, incident } = asked
  await stores.outbox.append(
    people.map((person) => ({
      kind: 'direct',
      incidentId: incident.id,
      personId: person.id,
      text: `${incident.id}: ${why} ${describeAsked(asked)}`,
      proposalId: proposal.id,
      ...(step === null ? {} : { step: { runId: step.runId, stepId: step.stepId } }),
      priority: 'approval',
    })),
  )
}

/** Tier 4: nobody can approve it, so those who would do it by hand are told. */
export async function escalate(
  deps: Deps,
  stores: Stores,
  proposal: Proposal,
  incident: Incident,
): Promise<readonly Person[]> {
  const commander = incident.assignments['commander']
  const group = proposal.required.owningGroup
  const people = deps.directory
    .list()
    .filter(
      (person) =>
        person.id === commander ||
        person.roles.includes('commander') ||
        (group !== null && person.groups.includes(group) && person.roles.includes('approver')),
    )
    .slice(0, MOST_TOLD)
  const text = `${incident.id}: ${proposal.id} (${proposal.plan.playbook.title}) is tier 4, which Countersign does not run. The card shows the steps; do them by hand and record it with "byhand".`
  await stores.outbox.append(
    people.map((person) => ({
      kind: 'direct',
      incidentId: incident.id,
      personId: person.id,
      text,
      priority: 'approval',
    })),
  )
  return people
}

function describeAsked({ proposal, step }: Asked): string {
  const on = proposal.plan.service === null ? '' : ` on ${proposal.plan.service}`
  const what =
    step === null
      ? `${proposal.id}, ${proposal.plan.playbook.title}${on}`
      : `Step ${step.stepId} of ${step.runId}${on}, ${step.title}`
  const until = proposal.expiresAt.toISOString().slice(11, 16)
  return `${what} (tier ${String(proposal.tier)}), expires at ${until} UTC. Look at its card to approve or reject.`
}
