import { approvalFields } from '../audit/approval-fields.ts'
import type { Decision } from '../domain/approval.ts'
import type { Person } from '../domain/person.ts'
import type { Attempt, Run } from '../domain/run.ts'
import { findService } from '../domain/service-catalog.ts'
import type { Origin } from '../domain/surface.ts'
import { ABORTED_NOTE, againNote } from '../executor/attempt-notes.ts'
import { findFatigued } from '../executor/find-fatigued.ts'
import { findForbidden } from '../executor/find-forbidden.ts'
import { quorumOf } from '../executor/missing-approval.ts'
import { RefusedError } from '../kernel/errors.ts'
import type { Settlement } from '../ports/run-store.ts'
import type { Stores } from '../ports/stores.ts'
import { personPrincipal } from './authorization-subjects.ts'
import type { Deps } from './dependencies.ts'
import { readOnCall, standingOf } from './decisions/read-on-call.ts'
import type { OnCallNow } from './decisions/read-on-call.ts'
import { toError } from './decisions/refusal.ts'
import { whyLogBehind } from './decisions/why-log-behind.ts'
import { modeFor, servicesOfPlan } from './proposals/mode-and-freeze.ts'
import { recordRunRefusal } from './record-run-refusal.ts'
import { requireAuthorized } from './require-authorized.ts'
import { loadRunSubject } from './run-subject.ts'
import type { RunSubject } from './run-subject.ts'
import { tellRun } from './tell-run.ts'

export interface SettleStepInput {
  readonly runId: string
  /** As the card names it; null settles whatever step is unknown. */
  readonly stepId: string | null
  readonly choice: 'retry' | 'done' | 'abort'
  readonly reason: string
  readonly person: Person
  readonly origin: Origin
}

export interface Settled {
  readonly run: Run
  /** False while a retry still misses approvals. */
  readonly isSettled: boolean
  readonly text: string
}

/**
 * A person says what became of an unknown step, or of a run that was set aside after crashes:
 *
 *   done    the step counts as done, the run goes on
 *   abort   the run fails, and its undo counts with the step
 *   retry   the step is sent again under its key. It may then happen twice, so the plan's quorum is asked for again:
 *           everybody who says `retry` gives a fresh approval of the same hash, and only approvals given since the step
 *           became unknown count. The proposal stays `approved` meanwhile, since a run that has started cannot be
 *           pending; its earlier approvals stay on record as withdrawn by the fresh ones.
 *
 * All of them move the run back to `running` and leave the rest to the executor, so that every run ends in one place.
 */
export async function settleStep(deps: Deps, input: SettleStepInput): Promise<Settled> {
  const subject = await loadRunSubject(deps, input.runId)
  // A fresh approval is one like any other: who was on call when it was given goes on record.
  const onCall = input.choice === 'retry' ? await readOnCall(deps, subject.proposal.plan.service) : null
  await requireAuthorized(deps, {
    principal: personPrincipal(input.person),
    action: 'settle',
    resource: subject.resource,
    origin: input.origin,
    name: input.person.name,
    incidentId: subject.run.incidentId,
    runId: input.runId,
    context: { isFrozen: subject.isFrozen, onCall: standingOf(onCall, input.person.id) ?? 'unknown' },
  })
  const request = { action: 'settle', person: input.person, origin: input.origin, run: subject.run } as const
  return recordRunRefusal(deps, request, () => sayWhatBecame(deps, subject, { ...input, onCall }))
}

/** With who was on call when it was said. */
interface Said extends SettleStepInput {
  readonly onCall: OnCallNow | null
}

function sayWhatBecame(deps: Deps, subject: RunSubject, input: Said): Promise<Settled> {
  return deps.unitOfWork.run(async (stores) => {
    await stores.proposals.lock(subject.proposal.id)
    const attempt = await findUnknown(stores, input)
    if (input.choice === 'retry' && attempt !== undefined) {
      const behind = await whyLogBehind(deps, stores, [subject.proposal.plan.tier])
      if (behind !== undefined) throw toError(behind)
      const retry = await approveRetry(deps, stores, subject, input, attempt)
      if (retry.missing !== null) return waitForApprovals(deps, stores, subject, input, retry)
      return settle(deps, stores, subject, input, attempt, retry.fresh)
    }
    return settle(deps, stores, subject, input, attempt)
  })
}

/** undefined for a run that was set aside with nothing unknown in it. */
async function findUnknown(stores: Stores, input: SettleStepInput): Promise<Attempt | undefined> {
  const { runId, stepId, choice } = input
  await requireWaiting(stores, runId)
  const attempt = (await stores.ledger.list(runId)).find((candidate) => candidate.state === 'unknown')
  if (attempt !== undefined && stepId !== null && attempt.stepId !== stepId) {
    throw new RefusedError('other_step', `The unknown step of ${runId} is ${attempt.stepId}; name that one.`)
  }
  if (attempt === undefined && choice === 'done') {
    throw new RefusedError('no_unknown_step', `No step of ${runId} is unknown; say retry or abort.`)
  }
  return attempt
}

async function requireWaiting(stores: Stores, runId: string): Promise<void> {
  const run = await stores.runs.find(runId)
  if (run?.state === 'unknown' && run.leaseOwner === null) return
  const now = run?.state === 'unknown' ? 'it asks its target right now' : `its state is ${run?.state ?? 'gone'}`
  throw new RefusedError('nothing_to_settle', `No step of ${runId} waits for a person: ${now}.`)
}

interface Retry {
  /** null when the quorum of fresh ones stands. */
  readonly missing: string | null
  /** Given since the step became unknown. */
  readonly fresh: readonly Decision[]
}

/** Records this person's fresh approval. */
async function approveRetry(
  deps: Deps,
  stores: Stores,
  { run, proposal }: RunSubject,
  { person, origin, reason, onCall }: Said,
  attempt: Attempt,
): Promise<Retry> {
  await stores.decisions.withdraw(proposal.id, person.id)
  await stores.decisions.insert({
    proposalId: proposal.id,
    personId: person.id,
    personName: person.name,
    decision: 'approve',
    reason: `Retry of step ${attempt.stepId}: ${reason}`,
    planHash: proposal.planHash,
    rolesAtTime: person.roles,
    groupsAtTime: person.groups,
    surface: origin,
    onCall: standingOf(onCall, person.id),
  })
  const service = findService(deps.catalog, proposal.plan.service)
  const incident = await stores.incidents.find(run.incidentId)
  const decisions = freshOnes(await stores.decisions.list(proposal.id), attempt)
  const services = incident === undefined ? [] : servicesOfPlan(deps, incident, proposal.plan)
  const quorum = quorumOf({
    plan: proposal.plan,
    proposal,
    decisions,
    people: deps.directory.list(),
    commander: incident?.assignments['commander'] ?? null,
    owner: service?.owner ?? null,
    // What runs by itself was never approved; sending it twice is for a person to say.
    mayRunByItself: false,
    fatigued: await findFatigued(stores.decisions, decisions, deps.settings.fatigue),
    forbidden: findForbidden(deps, proposal, decisions, modeFor(deps, services)),
    // The press asked about its own account; the others are asked about before the step is sent again.
    disowned: new Map(),
  })
  const own = quorum.ignored.find(({ personId }) => personId === person.id)
  if (own !== undefined) throw new RefusedError('approval_does_not_count', own.reason)
  return { missing: quorum.state === 'approved' ? null : quorum.missing.text, fresh: decisions }
}

function freshOnes(decisions: readonly Decision[], { finishedAt }: Attempt): readonly Decision[] {
  return decisions.filter((decision) => decision.decision === 'reject' || decision.at > (finishedAt ?? decision.at))
}

async function waitForApprovals(
  deps: Deps,
  stores: Stores,
  subject: RunSubject,
  { person, origin, reason, onCall }: Said,
  { missing, fresh }: Retry,
): Promise<Settled> {
  const text = `${person.name} approves sending it again (${reason}). ${missing ?? ''}`
  await tellRun(deps, stores, subject, {
    person,
    origin,
    event: 'step.retry_approved',
    text,
    record: {
      approvals: approvalFields(fresh),
      details: { reason, decision: 'approve', onCall: standingOf(onCall, person.id) },
    },
  })
  return { run: subject.run, isSettled: false, text }
}

async function settle(
  deps: Deps,
  stores: Stores,
  subject: RunSubject,
  input: Said,
  attempt: Attempt | undefined,
  /** The approvals anew of what is sent again. */
  fresh: readonly Decision[] = [],
): Promise<Settled> {
  const { person, origin, choice, reason, onCall } = input
  const text = sentenceOf(input, attempt)
  // With no attempt to close there is nothing that could fail: the run is asked to stop instead.
  if (choice === 'abort' && attempt === undefined) await stores.runs.requestStop(input.runId, person.id, reason)
  const closed = closing(choice, attempt)
  const run = await stores.runControl.settle(input.runId, { attempt: closed, detail: text })
  if (run === undefined) throw new RefusedError('nothing_to_settle', `${input.runId} was settled already.`)
  await tellRun(deps, stores, subject, {
    person,
    origin,
    event: 'step.settled',
    text,
    record: {
      ...(attempt === undefined ? {} : placeOf(attempt)),
      ...(fresh.length === 0 ? {} : { approvals: approvalFields(fresh) }),
      states: { run: run.state, ...(closed === null ? {} : { attempt: closed.to }) },
      details: {
        choice,
        reason,
        attempt: attempt?.number ?? null,
        // Having it sent again is an approval anew.
        ...(choice === 'retry' && attempt !== undefined
          ? { decision: 'approve', onCall: standingOf(onCall, person.id) }
          : {}),
      },
    },
  })
  await stores.jobs.enqueue('run.advance', { runId: run.id }, { singletonKey: run.id })
  return { run, isSettled: true, text }
}

function placeOf({ stepId, number, effect, idempotencyKey, fence, requestHash }: Attempt) {
  return { stepId, execution: { attempt: number, effect, idempotencyKey, fence, requestHash } }
}

function closing(choice: SettleStepInput['choice'], attempt: Attempt | undefined): Settlement['attempt'] {
  if (attempt === undefined) return null
  switch (choice) {
    case 'done':
      return { id: attempt.id, to: 'done', output: null }
    case 'abort':
      return { id: attempt.id, to: 'failed', output: ABORTED_NOTE }
    case 'retry':
      return { id: attempt.id, to: 'failed', output: againNote('person') }
  }
}

function sentenceOf({ person, choice, reason, runId }: SettleStepInput, attempt: Attempt | undefined): string {
  const what = attempt === undefined ? runId : `step ${attempt.stepId}`
  switch (choice) {
    case 'done':
      return `${person.name} says that ${what} is done: ${reason}`
    case 'abort':
      return `${person.name} aborts ${runId} at ${what}: ${reason}`
    case 'retry':
      return `${person.name} has ${what} tried again: ${reason}`
  }
}
