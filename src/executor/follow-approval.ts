import { approvalFields } from '../audit/approval-fields.ts'
import { findService } from '../domain/service-catalog.ts'
import type { Attempt } from '../domain/run.ts'
import type { StepApproval, StepDecision } from '../domain/step-approval.ts'
import type { Stores } from '../ports/stores.ts'
import { asProposalOfStep } from './as-proposal-of-step.ts'
import { checkBeforeStep } from './check-before-step.ts'
import type { StepVerdict } from './check-before-step.ts'
import { endRun } from './end-run.ts'
import type { Ending } from './end-run.ts'
import { endingOf } from './ending-of.ts'
import type { RunEnd } from './executor-deps.ts'
import { findDisowned } from './find-disowned.ts'
import { findFatigued } from './find-fatigued.ts'
import { findForbidden } from './find-forbidden.ts'
import type { StepWork } from './next-work.ts'
import { readGrounds } from './read-progress.ts'
import type { GroundsRead } from './read-progress.ts'
import { reach } from './run-session.ts'
import type { Progress, RunSession } from './run-session.ts'
import { missingStepApproval } from './step-quorum.ts'
import { waitForApprovals } from './wait-for-approvals.ts'
import { stepRecordOf, tell } from './tell.ts'

type Asked = StepWork & { readonly attempt: Attempt }

type Look =
  | { readonly kind: 'waits'; readonly leftMs: number }
  | { readonly kind: 'given' }
  | { readonly kind: 'over'; readonly ending: Ending }

/**
 * One look at a nested approval that was asked for, under the lock that decisions take: is the quorum there, with the
 * roles people have now; has somebody rejected it; is its time over; did a stop, a freeze or a revoked right come in
 * between. Nobody holds the run until the next look; who decides wakes it.
 */
export async function followApproval(
  session: RunSession,
  progress: Progress,
  work: Asked,
): Promise<RunEnd | undefined> {
  const { deps } = session
  const grounds = await readGrounds(session, progress.plan)
  const verdict = checkBeforeStep(grounds)
  await reach(session, 'before-record', work)
  const now = { ...progress, run: grounds.run, mode: grounds.mode, standings: grounds.standings }
  const look = await deps.unitOfWork.run((stores) => lookAtApproval(session, stores, now, work, verdict))
  await reach(session, 'after-record', work)
  switch (look.kind) {
    case 'given':
      return undefined
    case 'over':
      return endRun(session, now, look.ending)
    case 'waits':
      return { kind: 'later', afterMs: Math.max(1, Math.min(deps.settings.pace.approvalLookMs, look.leftMs)) }
  }
}

/** What has to be asked of others is asked before the lock is taken. */
type Now = Progress & Pick<GroundsRead, 'mode' | 'standings'>

async function lookAtApproval(
  session: RunSession,
  stores: Stores,
  progress: Now,
  work: Asked,
  verdict: StepVerdict,
): Promise<Look> {
  await stores.proposals.lock(progress.proposal.id)
  const found = await stores.stepApprovals.find(progress.run.id, work.step.id)
  if (found === undefined) return { kind: 'over', ending: lost(work) }
  const { approval, leftMs } = found
  if (approval.state === 'pending') {
    if (verdict.verdict === 'stop') {
      const to = verdict.proposal === 'drifted' ? 'drifted' : 'cancelled'
      await stores.stepApprovals.move(approval.runId, approval.stepId, to, verdict.reason)
      await closeAttempt(session, stores, progress, work, `Not decided: ${verdict.reason}`, to)
      return { kind: 'over', ending: endingOf(verdict) }
    }
    if (leftMs > 0) return countApprovals(session, stores, progress, work, approval, leftMs)
    await stores.stepApprovals.move(approval.runId, approval.stepId, 'expired', TOO_LATE)
  }
  const now = (await stores.stepApprovals.find(approval.runId, approval.stepId))?.approval ?? approval
  const ending = endingOfApproval(now)
  // Killed after the attempt was closed and before the run ended: the ending alone is left to do.
  const moved = approval.state === 'pending' ? 'expired' : undefined
  if (work.attempt.state !== 'failed') await closeAttempt(session, stores, progress, work, ending.reason, moved)
  return { kind: 'over', ending }
}

const TOO_LATE = 'the approvals did not come in time'

/** Each ending as what it is: only a rejection is one. */
function endingOfApproval({ state, stepId, closedReason }: StepApproval): Ending {
  const reason = closedReason ?? 'no reason given'
  switch (state) {
    case 'rejected':
      return { state: 'stopped', reasonCode: 'step_rejected', reason: `step ${stepId} is rejected by ${reason}` }
    case 'expired':
      return { state: 'stopped', reasonCode: 'step_expired', reason: `step ${stepId} expired: ${reason}` }
    case 'drifted':
      return { state: 'stopped', reasonCode: 'approval_drifted', reason }
    case 'cancelled':
    case 'pending':
    case 'approved':
      return { state: 'stopped', reasonCode: 'approval_cancelled', reason }
  }
}

function lost({ step }: Asked): Ending {
  return { state: 'stopped', reasonCode: 'approval_lost', reason: `nobody knows any more what step ${step.id} asked` }
}

async function countApprovals(
  session: RunSession,
  stores: Stores,
  progress: Now,
  work: Asked,
  approval: StepApproval,
  leftMs: number,
): Promise<Look> {
  const { deps } = session
  const all = await stores.stepApprovals.listDecisions(approval.runId)
  const decisions = all.filter(({ stepId }) => stepId === approval.stepId)
  const incident = await stores.incidents.find(approval.incidentId)
  const disowned = findDisowned(progress.standings, decisions)
  const missing = missingStepApproval({
    approval,
    proposal: progress.proposal,
    decisions,
    people: deps.directory.list(),
    commander: incident?.assignments['commander'] ?? null,
    owner: findService(deps.catalog, progress.plan.service)?.owner ?? null,
    fatigued: await findFatigued(stores.decisions, decisions, deps.settings.fatigue),
    forbidden: findForbidden(deps, asProposalOfStep(progress.proposal, approval), decisions, progress.mode),
    disowned,
  })
  if (missing !== null) {
    await waitForApprovals(session, stores, progress, work, { missing, disowned })
    return { kind: 'waits', leftMs }
  }
  await stores.stepApprovals.move(approval.runId, approval.stepId, 'approved', null)
  await recordGiven(session, stores, progress, work, decisions)
  return { kind: 'given' }
}

async function recordGiven(
  session: RunSession,
  stores: Stores,
  progress: Progress,
  work: Asked,
  decisions: readonly StepDecision[],
): Promise<void> {
  const { deps, held } = session
  const live = decisions.filter(({ decision, withdrawnAt }) => decision === 'approve' && withdrawnAt === null)
  const detail = `approved by ${live.map(({ personName }) => personName).join(' and ')}.`
  const text = `Step ${work.step.id} is ${detail}`
  const record = stepRecordOf(progress, 'step.succeeded', 'success', work, work.attempt, { detail })
  const states = { run: 'running', attempt: 'done', stepApproval: 'approved' } as const
  const leaf = deps.seal({ ...record, approvals: approvalFields(live), states })
  await stores.ledger.move(held.lease, work.attempt, { to: 'done', detail, output: {} }, leaf)
  await stores.leasedRuns.move(held.lease, ['running', 'waiting', 'unknown'], 'running', text)
  await tell(session, stores, 'step.succeeded', text, 'status')
}

async function closeAttempt(
  session: RunSession,
  stores: Stores,
  progress: Progress,
  work: Asked,
  detail: string,
  /** What became of the approval in this transaction. */
  moved?: StepApproval['state'],
): Promise<void> {
  const { deps, held } = session
  const record = stepRecordOf(progress, 'step.failed', 'failure', work, work.attempt, { detail })
  const leaf = deps.seal({
    ...record,
    states: { attempt: 'failed', ...(moved === undefined ? {} : { stepApproval: moved }) },
  })
  await stores.ledger.move(held.lease, work.attempt, { to: 'failed', detail }, leaf)
}
