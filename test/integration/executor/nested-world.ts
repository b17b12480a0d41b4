import { advanceRun } from '../../../src/orchestrator/advance-run.ts'
import type { AdvanceOptions } from '../../../src/orchestrator/advance-run.ts'
import { recordDecision } from '../../../src/orchestrator/record-decision.ts'
import type { DecisionInput } from '../../../src/orchestrator/record-decision.ts'
import { RefusedError } from '../../../src/kernel/errors.ts'
import type { Person } from '../../../src/domain/person.ts'
import type { StepApproval } from '../../../src/domain/step-approval.ts'
import { approveRun } from '../../fakes/counting-target/approved-run.ts'
import type { ApprovedRun, ApprovedRunOptions } from '../../fakes/counting-target/approved-run.ts'
import type { Replica } from '../../fakes/counting-target/replica.ts'
import { QUICK, find } from './world.ts'

const LOOK_MS = 20

/** One look at the run, whatever its time of the next one is: what the job engine does when it is due. */
export async function look(replica: Replica, runId: string, options: AdvanceOptions = {}): Promise<void> {
  await replica.deps.stores.runs.wake(runId)
  const pace = { ...QUICK, approvalLookMs: LOOK_MS, ...options.pace }
  await advanceRun(replica.deps, { runId }, new AbortController().signal, { ...options, pace })
}

let places = 0

export interface Nested extends ApprovedRun {
  /** What the step behind the approval changes. */
  readonly after: string
  readonly effects: () => { readonly before: number; readonly after: number }
}

/** A run of: an effect that can be undone, a nested approval, another effect. */
export async function nestedRun(
  replica: Replica,
  countOf: (key: string) => number,
  options: ApprovedRunOptions & { readonly tier?: number; readonly isFirst?: boolean } = {},
): Promise<Nested> {
  places += 1
  const resource = `nested-${String(process.pid)}-${String(places)}`
  const made = await approveRun(
    replica.deps.unitOfWork,
    [
      ...(options.isFirst === true
        ? []
        : ([{ id: 'before', uses: 'argocd/sync', resource, with: { to: 'r1' }, undoTo: 'r0' }] as const)),
      { id: 'confirm', uses: 'approval', with: { tier: options.tier ?? 2, title: 'The canary looks well' } },
      { id: 'after', uses: 'argocd/sync', resource: `${resource}-after`, with: { to: 'r1' } },
    ],
    options,
  )
  const effects = () => ({
    before: countOf(`${made.run.id}:before:main`),
    after: countOf(`${made.run.id}:after:main`),
  })
  return { ...made, after: `${resource}-after`, effects }
}

export async function askedOf(replica: Replica, runId: string): Promise<StepApproval> {
  const [approval] = await replica.deps.stores.stepApprovals.list(runId)
  if (approval === undefined) throw new Error(`${runId} has asked for nothing: ${(await find(replica, runId)).state}`)
  return approval
}

/** What came of a press as one word: the outcome, or the code of the refusal. */
export async function pressStep(
  replica: Replica,
  { proposal, run }: ApprovedRun,
  { id }: Pick<Person, 'id'>,
  change: Partial<DecisionInput> = {},
): Promise<string> {
  const { hash } = await askedOf(replica, run.id)
  try {
    const result = await recordDecision(replica.deps, {
      proposalId: proposal.id,
      incidentId: proposal.incidentId,
      personId: id,
      decision: 'approve',
      planHash: hash,
      reason: change.decision === 'reject' ? 'the canary shows errors' : null,
      origin: 'slack',
      ...change,
    })
    return result.outcome
  } catch (error) {
    if (error instanceof RefusedError) return error.code
    throw error
  }
}
