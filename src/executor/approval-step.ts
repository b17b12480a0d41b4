import type { StepApproval } from '../domain/step-approval.ts'
import { storableText } from '../kernel/clean-text.ts'
import { StaleError } from '../kernel/errors.ts'
import { stepApprovalHashOf } from '../playbooks/step-approval-hash.ts'
import { requirementOf } from '../policy/approval-requirement.ts'
import { findService } from '../domain/service-catalog.ts'
import type { Tier } from '../domain/plan.ts'
import type { NewAttempt } from '../ports/ledger-store.ts'
import type { Stores } from '../ports/stores.ts'
import type { GroundsRead } from './read-progress.ts'
import { ensureRunning } from './ensure-running.ts'
import { refuseStep } from './execute-step.ts'
import type { RunEnd } from './executor-deps.ts'
import { followApproval } from './follow-approval.ts'
import type { Work } from './next-work.ts'
import { idempotencyKeyOf, requestHashOf } from './prepare-step.ts'
import { readGrounds } from './read-progress.ts'
import { waitForLog } from './wait-for-log.ts'
import { reach } from './run-session.ts'
import type { Progress, RunSession } from './run-session.ts'
import { stepRecordOf, tell } from './tell.ts'

type StepWork = Exclude<Work, { kind: 'finished' }>
type Send = Extract<Work, { kind: 'send' }>

const NONCE_BYTES = 16

/**
 * The playbook action `approval` (state machine: domain/step-approval.ts). On the ledger it is a check with one attempt;
 * asking, the attempt and the run's `waiting` are one transaction, so that there is no moment at which people are asked
 * for something that no run waits for.
 */
export function takeApprovalTurn(session: RunSession, progress: Progress, work: StepWork): Promise<RunEnd | undefined> {
  return work.kind === 'send' ? askPeople(session, progress, work) : followApproval(session, progress, work)
}

async function askPeople(session: RunSession, progress: Progress, work: Send): Promise<RunEnd | undefined> {
  const waits = await waitForLog(session, progress, work)
  if (waits !== undefined) return waits
  const grounds = await readGrounds(session, progress.plan)
  const now = { ...progress, ...grounds }
  const refusal = await refuseStep(session, now, work, null)
  if (refusal !== undefined) return refusal
  await reach(session, 'before-intent', work)
  await ensureRunning(session, now)
  try {
    await session.deps.unitOfWork.run((stores) => ask(session, stores, now, work))
  } catch (error) {
    // The approval fell, or a freeze came, between our look and the intent: the next look says how.
    if (!(error instanceof StaleError)) throw error
    if (error.code === 'configuration_moved') await session.deps.configuration.catchUp()
  }
  await reach(session, 'after-intent', work)
  return undefined
}

type Now = Progress & Pick<GroundsRead, 'configuration'>

async function ask(session: RunSession, stores: Stores, progress: Now, work: Send): Promise<void> {
  const { deps, held } = session
  const attempt = await stores.ledger.intend(held.lease, attemptOf(session, progress, work), null)
  const approval = await insertApproval(session, stores, progress, work)
  const text = `Step ${approval.stepId} of ${approval.runId} asks for an approval: ${approval.title}. ${approval.required.rules.join(' ')}`
  await stores.leasedRuns.move(held.lease, ['running'], 'waiting', text)
  const record = stepRecordOf(progress, 'approval.asked', 'success', work, attempt, {
    title: approval.title,
    tier: approval.tier,
    stepHash: approval.hash,
    approvalsRequired: approval.required.approvals,
    expiresAt: approval.expiresAt.toISOString(),
  })
  await stores.audit.append([
    deps.seal({ ...record, states: { run: 'waiting', attempt: 'intended', stepApproval: 'pending' } }),
  ])
  await tell(session, stores, 'approval.asked', text, 'approval')
  await deps.askApprovers(stores, progress.proposal, approval)
}

function attemptOf({ deps, held }: RunSession, { configuration }: Now, { step, effect, tried }: Send) {
  return {
    stepId: step.id,
    stepIndex: step.index,
    direction: step.direction,
    effect,
    number: tried.length + 1,
    uses: step.uses,
    crashClass: 'idempotent',
    idempotencyKey: idempotencyKeyOf(held.lease.run.id, step, effect),
    requestHash: requestHashOf(step, effect),
    before: null,
    timeoutMs: deps.settings.approvalsTtlMs,
    configuration,
  } satisfies NewAttempt
}

/** The tier and the title are the signed plan's; nothing of the fence is bound, so that a takeover asks nothing anew. */
async function insertApproval(
  { deps }: RunSession,
  stores: Stores,
  { run, proposal, plan }: Progress,
  { step }: Send,
): Promise<StepApproval> {
  // Checked against the action's arguments when the plan was made, and described again for this turn.
  const { tier, title } = step.args as { readonly tier: Tier; readonly title: string }
  const owner = findService(deps.catalog, plan.service)?.owner ?? null
  const bound = {
    runId: run.id,
    stepId: step.id,
    tier,
    title: storableText(title),
    nonce: Buffer.from(deps.randomBytes(NONCE_BYTES)).toString('hex'),
    expiresAt: await stores.stepApprovals.expiryIn(deps.settings.approvalsTtlMs),
  }
  return stores.stepApprovals.insert({
    ...bound,
    incidentId: run.incidentId,
    proposalId: proposal.id,
    required: requirementOf({ tier, owner, runsByItself: false }),
    hash: stepApprovalHashOf(proposal.planHash, bound),
  })
}
