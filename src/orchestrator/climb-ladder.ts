import { COUNTERSIGN } from '../domain/actor.ts'
import type { Person } from '../domain/person.ts'
import type { Awaited } from '../ports/escalation-store.ts'
import type { Stores } from '../ports/stores.ts'
import { clockTime } from '../summaries/wording.ts'
import { readOnCall } from './decisions/read-on-call.ts'
import type { OnCallNow } from './decisions/read-on-call.ts'
import type { Deps } from './dependencies.ts'
import { asProposalOfStep } from '../executor/as-proposal-of-step.ts'
import { loadQuorum } from './proposals/load-quorum.ts'
import { loadStepQuorum } from './proposals/load-step-quorum.ts'
import { nextApprovers } from './proposals/next-approvers.ts'
import { tellOfProposal } from './proposals/proposal-records.ts'
import { askDirectly } from './proposals/tell-approvers.ts'
import type { Asked } from './proposals/tell-approvers.ts'

const BATCH = 100
const MOST_TOLD = 5

interface Rung {
  readonly awaited: Awaited
  readonly rung: number
}

/**
 * A tick of the clock: what still waits for its approvals is told to the next in line, once a rung, before it expires.
 * Whoever is on call comes first, then the owning group, then every other approver, then the commanders, who approve
 * nothing by that but know whom to call. When nobody is left the thread is told, and the ladder ends.
 */
export async function climbLadder(deps: Deps): Promise<{ readonly climbed: readonly string[] }> {
  const due = await deps.stores.escalations.listDue(deps.settings.escalateAt, BATCH)
  const climbed: string[] = []
  // A schedule that does not answer is waited for once a service, not once a rung.
  const schedules = new Map<string | null, OnCallNow | null>()
  for (const rung of due) {
    const proposal = await deps.stores.proposals.find(rung.awaited.proposalId)
    const service = proposal?.plan.service ?? null
    const onCall = schedules.get(service) ?? (await readOnCall(deps, service))
    schedules.set(service, onCall)
    if (await deps.unitOfWork.run((stores) => climb(deps, stores, rung, onCall))) climbed.push(rung.awaited.proposalId)
  }
  return { climbed }
}

async function climb(deps: Deps, stores: Stores, due: Rung, onCall: OnCallNow | null): Promise<boolean> {
  const asked = await stillAsked(deps, stores, due.awaited, onCall)
  if (asked === undefined) return false
  const told = await stores.escalations.listTold(due.awaited)
  const isNew = ({ id }: Person) => !told.has(id)
  const { proposal, incident, facts } = asked
  const approvers = onCallFirst(nextApprovers(deps, proposal, incident, facts, onCall).filter(isNew), onCall)
  const people = approvers.length > 0 ? approvers : commanders(deps, asked).filter(isNew)
  const next = people.slice(0, MOST_TOLD)
  const ids = next.map(({ id }) => id)
  if (!(await stores.escalations.climb(due.awaited, due.rung, ids, next.length === 0))) return false
  if (next.length > 0) {
    const why = approvers.length > 0 ? 'you are next to be asked.' : 'nobody else who can approve is left to ask.'
    await askDirectly(stores, asked, next, why)
  }
  await record(deps, stores, asked, due.rung, next)
  return true
}

/** Under the proposal's row lock; undefined once it was decided or its time is over. */
async function stillAsked(
  deps: Deps,
  stores: Stores,
  { proposalId, step }: Awaited,
  onCall: OnCallNow | null,
): Promise<Asked | undefined> {
  const locked = await stores.proposals.lock(proposalId)
  const incident = locked === undefined ? undefined : await stores.incidents.find(locked.proposal.incidentId)
  if (locked === undefined || incident === undefined) return undefined
  const { proposal } = locked
  if (step === null) {
    if (locked.isExpired || proposal.state !== 'pending') return undefined
    const { facts } = await loadQuorum(deps, stores, proposal, incident)
    return { proposal, step: null, incident, facts, onCall }
  }
  const found = await stores.stepApprovals.find(step.runId, step.stepId)
  if (found?.approval.state !== 'pending' || found.leftMs <= 0) return undefined
  const { approval } = found
  const { facts } = await loadStepQuorum(deps, stores, proposal, approval, incident)
  return { proposal: asProposalOfStep(proposal, approval), step: approval, incident, facts, onCall }
}

function onCallFirst(people: readonly Person[], onCall: OnCallNow | null): readonly Person[] {
  const isOnCall = ({ id }: Person) => onCall?.ids?.has(id) === true
  return [...people.filter(isOnCall), ...people.filter((person) => !isOnCall(person))]
}

function commanders(deps: Deps, { incident }: Asked): readonly Person[] {
  const commander = incident.assignments['commander']
  return deps.directory.list().filter(({ id, roles }) => id === commander || roles.includes('commander'))
}

async function record(
  deps: Deps,
  stores: Stores,
  { proposal, step, incident }: Asked,
  rung: number,
  people: readonly Person[],
): Promise<void> {
  const stored = (await stores.proposals.find(proposal.id)) ?? proposal
  const what = step === null ? proposal.id : `Step ${step.stepId} of ${step.runId}`
  const names = people.map(({ name }) => name).join(', ')
  const text =
    people.length > 0
      ? `${what} still waits for approval; ${names} ${people.length === 1 ? 'is' : 'are'} told as well.`
      : `${what} still waits for approval and nobody is left to ask. It expires at ${clockTime(proposal.expiresAt)}.`
  if (people.length === 0) {
    await stores.outbox.append([{ kind: 'thread', incidentId: incident.id, text, priority: 'approval' }])
  }
  await tellOfProposal(deps, stores, stored, {
    actor: COUNTERSIGN,
    origin: 'clock',
    event: 'proposal.escalated',
    text,
    ...(people.length > 0 ? {} : { outcome: 'failure' as const, reasonCode: 'nobody_left' }),
    ...(step === null ? {} : { runId: step.runId }),
    details: { rung, people: people.map(({ id }) => id), ...(step === null ? {} : { stepId: step.stepId }) },
  })
}
