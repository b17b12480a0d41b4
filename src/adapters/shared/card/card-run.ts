import { WITH_AGO, bold, bullets, code, richText, section, text, time } from './card-text.ts'
import { describeStepEndingState } from '../../../domain/describe-step-outcome.ts'
import { isDisownedWait } from '../../../domain/disowned-wait.ts'
import { isLogWait } from '../../../domain/log-delay.ts'
import { describeDecision } from './card-decisions.ts'
import { hashPrefix } from './card-proposal.ts'
import { renderQuestions } from './card-questions.ts'
import { someOf } from './card-room.ts'
import { visibleLine } from './visible-text.ts'
import type { AttemptState, RunState } from '../../../domain/run.ts'
import type { CardRoom } from './card-room.ts'
import type {
  IncidentView,
  RunStepView,
  RunView,
  StepApprovalView,
  StepEndingView,
} from '../../../domain/incident-view.ts'
import type { CardText, Inline } from './card-text.ts'

const RUN_WORDS: Readonly<Record<RunState, string>> = {
  queued: 'about to start',
  running: 'running',
  waiting: 'waiting for the target',
  unknown: 'waits for a person: what became of a step is unknown',
  succeeded: 'succeeded',
  failed: 'failed',
  undone: 'undone',
  stopped: 'stopped',
}

const STEP_WORDS: Readonly<Record<'pending' | AttemptState, string>> = {
  pending: 'not started',
  intended: 'starting',
  sent: 'under way',
  done: 'done',
  failed: 'failed',
  unknown: 'unknown',
}

/** Progress, step by step, and the result. */
export function renderRun(view: IncidentView, room: CardRoom): readonly CardText[] {
  const { run } = view
  if (run === null) return []
  const { shown, more } = someOf(stepsToShow(run), room.steps)
  const detail = run.detail === null ? '' : `. ${visibleLine(run.detail, room.line)}`
  const what = run.direction === 'undo' ? `Undo of ${run.id}` : run.id
  const ended = run.finishedAt === null ? [] : [text(' at '), time(run.finishedAt)]
  const { approval } = run
  const words = approval === null ? wordsOf(run) : 'waits for an approval'
  const isSaid = approval === null || isDisownedWait(run.detail)
  return richText(
    section(bold(`${what} ${words}`), ...ended, text(isSaid ? detail : '')),
    ...(approval === null ? [] : renderAsked(approval, room)),
    ...bullets(shown.map((step) => describeStep(step, room))),
    ...(more === 0 ? [] : [section(text(`and ${String(more)} more steps`))]),
  )
}

function wordsOf({ state, detail }: RunView): string {
  return isLogWait(detail) ? 'waits' : RUN_WORDS[state]
}

/** What a nested approval asks, in the words of the plan, and what a typed `approve` takes. */
function renderAsked(approval: StepApprovalView, room: CardRoom): readonly CardText[] {
  const { stepId, title, tier, required, approvalsCounted, decisions, questions } = approval
  const rules = required.rules.slice(0, room.reasons).map((rule) => visibleLine(rule, room.detail))
  const count = `${String(approvalsCounted)} of ${String(required.approvals)} approvals`
  return [
    section(
      ...[bold(`Step ${visibleLine(stepId, 60)} asks `), text(`${visibleLine(title, room.line)} · step `)],
      code(hashPrefix(approval.hash)),
    ),
    section(
      bold(count),
      text(`, tier ${String(tier)}. ${rules.join(' ')} Expires `),
      time(approval.expiresAt, WITH_AGO),
    ),
    ...bullets([
      ...decisions.slice(-6).map((decision) => describeDecision(decision, room)),
      ...renderQuestions(questions, room),
    ]),
  ]
}

/** While an undo runs, its steps are the news; what went before stands in the thread. */
function stepsToShow(run: RunView): readonly RunStepView[] {
  return run.direction === 'undo' ? run.steps.filter((step) => step.direction === 'undo') : run.steps
}

function describeStep(step: RunStepView, room: CardRoom): readonly Inline[] {
  if (step.ending !== null) return describeEnding(step, step.ending, room)
  const tries = step.attempts > 1 ? `, try ${String(step.attempts)}` : ''
  const detail = step.detail === null ? '' : `: ${visibleLine(step.detail, room.detail)}`
  const words = step.uses === 'approval' && step.state === 'intended' ? 'waits for people' : STEP_WORDS[step.state]
  return [bold(visibleLine(step.id, 60)), text(` (${step.uses}) ${words}${tries}${detail}`)]
}

/** Each ending of a nested approval as what it is: that it was not given is no failure of a target. */
function describeEnding(step: RunStepView, ending: StepEndingView, room: CardRoom): readonly Inline[] {
  const at = ending.at === null ? [] : [text(' at '), time(ending.at)]
  const why = ending.reason === null ? '' : `: ${visibleLine(ending.reason, room.detail)}`
  const how = visibleLine(describeStepEndingState(ending), room.detail)
  return [bold(visibleLine(step.id, 60)), text(` (${step.uses}) ${how}`), ...at, text(why)]
}
