import { ENDED_RUN_STATES } from '../../domain/run.ts'
import type { ActionRunner } from '../../ports/action-runner.ts'
import type { Attempt, AttemptState, Run, StepOutcome } from '../../domain/run.ts'
import type { Plan, PlanStep } from '../../domain/plan.ts'
import type { RunStepView, RunView, StepEndingView } from '../../domain/incident-view.ts'

const OUTCOMES: Readonly<Record<AttemptState, StepOutcome | null>> = {
  intended: null,
  sent: null,
  done: 'succeeded',
  failed: 'failed',
  unknown: 'unknown',
}

/** A run with every step of its plan, also those that have not begun; the undo steps follow once a person asked for them. */
export function viewRun(
  run: Run,
  plan: Plan | null,
  attempts: readonly Attempt[],
  actions: ActionRunner,
  approvals: {
    readonly asked: RunView['approval']
    readonly endings: ReadonlyMap<string, StepEndingView>
  },
): RunView {
  const forward = (plan?.steps ?? [])
    .map((step) => viewStep(step, 'forward', attempts, actions))
    .map((step) => ({ ...step, ending: approvals.endings.get(step.id) ?? null }))
  const undone = run.direction === 'undo' ? undoSteps(plan, attempts, actions) : []
  return {
    id: run.id,
    proposalId: run.proposalId,
    state: run.state,
    direction: run.direction,
    startedAt: run.startedAt,
    finishedAt: run.finishedAt,
    detail: run.detail,
    steps: [...forward, ...undone],
    canUndo: mayUndo(run) && canUndo(plan, attempts),
    approval: ENDED_RUN_STATES.includes(run.state) ? null : approvals.asked,
  }
}

/** An undo that stopped may be pressed again; one that failed is left to a person. */
function mayUndo({ state, direction }: Run): boolean {
  return state === 'stopped' || (state === 'failed' && direction === 'forward')
}

/** The undo steps of what was done, last first. */
function undoSteps(plan: Plan | null, attempts: readonly Attempt[], actions: ActionRunner): readonly RunStepView[] {
  return (plan?.steps ?? [])
    .filter((step) => step.undo !== null && wasDone(step, attempts))
    .toReversed()
    .map((step) => viewStep(step, 'undo', attempts, actions))
}

function canUndo(plan: Plan | null, attempts: readonly Attempt[]): boolean {
  return (plan?.steps ?? []).some((step) => step.undo !== null && wasDone(step, attempts))
}

function wasDone(step: PlanStep, attempts: readonly Attempt[]): boolean {
  return attempts.some(
    (attempt) => attempt.stepId === step.id && attempt.direction === 'forward' && attempt.state === 'done',
  )
}

function viewStep(
  step: PlanStep,
  direction: 'forward' | 'undo',
  attempts: readonly Attempt[],
  actions: ActionRunner,
): RunStepView {
  const used = direction === 'undo' && step.undo !== null ? step.undo : step
  const own = attempts.filter((attempt) => attempt.stepId === step.id && attempt.direction === direction)
  const last = own.at(-1)
  const state = last === undefined ? 'pending' : stateOfStep(last, own, effectsOf(used, actions))
  return {
    id: step.id,
    uses: used.uses,
    direction,
    state,
    outcome: state === 'pending' ? null : OUTCOMES[state],
    ...timesOf(own, state === 'done' || state === 'failed'),
    detail: last?.detail ?? null,
    ending: null,
  }
}

function timesOf(attempts: readonly Attempt[], hasEnded: boolean) {
  return {
    attempts: attempts.reduce((most, attempt) => Math.max(most, attempt.number), 0),
    startedAt: attempts[0]?.intendedAt ?? null,
    finishedAt: hasEnded ? (attempts.at(-1)?.finishedAt ?? null) : null,
  }
}

/** A step with several effects is done when the last of them is; between two of them it is under way. */
function stateOfStep(last: Attempt, own: readonly Attempt[], effects: readonly string[]): AttemptState {
  if (last.state !== 'done') return last.state
  const isComplete = effects.every((effect) => own.some((one) => one.effect === effect && one.state === 'done'))
  return isComplete ? 'done' : 'sent'
}

/** An action that is no longer configured cannot say what its effects are; what is on the ledger then counts. */
function effectsOf(step: Pick<PlanStep, 'uses' | 'with'>, actions: ActionRunner): readonly string[] {
  try {
    return actions.describe({ uses: step.uses, with: step.with }).effects
  } catch {
    return []
  }
}
