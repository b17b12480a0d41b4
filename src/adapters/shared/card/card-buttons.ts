import { freezesOfRun } from '../../../domain/describe-freeze.ts'
import { askingNow } from '../../../domain/asking-now.ts'
import { FEEDBACK_BUTTONS } from '../../../domain/describe-feedback.ts'
import { hashPrefix } from './card-proposal.ts'
import { truncateText } from '../../../kernel/clean-text.ts'
import { visibleLine } from './visible-text.ts'
import type { AskingNow } from '../../../domain/asking-now.ts'
import type { IncidentView, ProposalView, RunView } from '../../../domain/incident-view.ts'
import type { PressedButton } from './button-value.ts'

/** A button before any platform's mark-up. */
export interface CardButton {
  readonly label: string
  readonly style: 'plain' | 'primary' | 'danger'
  readonly pressed: PressedButton
  /** Asked before it counts. */
  readonly confirm: { readonly title: string; readonly text: string } | null
}

/** What every platform's dialog holds: title 100, text 300 characters. */
const LONGEST_CONFIRM = 300

/**
 * The buttons that are apt now. When a decision fell, those that decide are gone; an answer to a step nobody knows
 * about, a stop and an undo take their place.
 */
export function renderButtons(view: IncidentView): readonly CardButton[] {
  const asking = askingNow(view)
  return [
    ...decisionButtons(view),
    ...runButtons(view),
    ...(asking === null ? [] : questionButtons(view.id, asking)),
    ...reviewButtons(view),
    ...feedbackButtons(view),
    ...incidentButtons(view),
  ]
}

/** While something waits for approval: a question about it, and an answer to the oldest that has none. */
function questionButtons(incidentId: string, { proposalId, openQuestion }: AskingNow): readonly CardButton[] {
  const own = { incidentId, proposalId }
  const ask = button('Ask', press('question', own))
  if (openQuestion === null) return [ask]
  return [ask, button(`Answer Q${String(openQuestion)}`, press('answer', { ...own, question: openQuestion }))]
}

function decisionButtons(view: IncidentView): readonly CardButton[] {
  const { proposal } = view
  if (proposal?.state !== 'pending') return rejectBeforeStart(view)
  const own = { incidentId: view.id, proposalId: proposal.id, planHash: proposal.planHash }
  const reject: CardButton = { ...button('Reject', press('reject', own)), style: 'danger' }
  // Nobody approves what is never run.
  if (proposal.tier === 4) return [reject]
  return [
    { ...button('Approve', press('approve', own)), style: 'primary', confirm: confirmApproval(view, proposal) },
    reject,
    ...(mayBreakGlass(view, proposal) ? [breakGlassButton(own)] : []),
  ]
}

/** Offered where it could count: named in the configuration, nothing of it frozen, and the symptom is still there. */
function mayBreakGlass(view: IncidentView, proposal: ProposalView): boolean {
  return proposal.canBreakGlass && !proposal.symptomGone && freezesOfRun(view).length === 0 && view.mode !== 'observe'
}

function breakGlassButton(own: Partial<PressedButton>): CardButton {
  return { ...button('Break glass', press('breakglass', own)), style: 'danger' }
}

/** Whoever broke the glass is told that somebody else has to press. */
function reviewButtons({ id, glass }: IncidentView): readonly CardButton[] {
  if (glass?.review !== null) return []
  const own = { incidentId: id, proposalId: glass.proposalId }
  const say = (label: string, answer: 'justified' | 'unjustified') =>
    button(label, press('breakglass', { ...own, answer }))
  return [say('Review: justified', 'justified'), say('Review: unjustified', 'unjustified')]
}

/** Rejection wins until the first step starts. */
function rejectBeforeStart(view: IncidentView): readonly CardButton[] {
  const { proposal, run } = view
  if (proposal?.state !== 'approved') return []
  if (run !== null && run.proposalId === proposal.id && run.state !== 'queued') return []
  const own = { incidentId: view.id, proposalId: proposal.id, planHash: proposal.planHash }
  return [{ ...button('Reject', press('reject', own)), style: 'danger' }]
}

function runButtons(view: IncidentView): readonly CardButton[] {
  const { run } = view
  if (run === null) return []
  const own = { incidentId: view.id, proposalId: run.proposalId }
  switch (run.state) {
    case 'running':
    case 'waiting':
      return [...stepButtons(view, run), { ...button('Stop', press('stop', own)), style: 'danger' }]
    case 'unknown':
      return settleButtons(view, own)
    case 'failed':
    case 'stopped':
      return run.canUndo ? [button('Undo', press('undo', own))] : []
    case 'queued':
    case 'succeeded':
    case 'undone':
      return []
  }
}

/** A nested approval is pressed like a plan: the hash is the step's own. */
function stepButtons(view: IncidentView, { id, proposalId, approval }: RunView): readonly CardButton[] {
  // A longer id than any button may carry is answered by the typed verb.
  if (approval === null || approval.stepId.length > 200) return []
  const own = { incidentId: view.id, proposalId, planHash: approval.hash, stepId: approval.stepId }
  const title = `Approve step ${visibleLine(approval.stepId, 60)}?`
  const text = `${visibleLine(approval.title, 160)}. ${id} then goes on. Step ${hashPrefix(approval.hash)}, ${view.id}.`
  return [
    { ...button('Approve', press('approve', own)), style: 'primary', confirm: { title, text } },
    { ...button('Reject', press('reject', own)), style: 'danger' },
  ]
}

function settleButtons(view: IncidentView, own: Partial<PressedButton>): readonly CardButton[] {
  const step = view.run?.steps.find((one) => one.state === 'unknown')
  // A longer id than any button may carry is answered by the typed verb.
  if (step === undefined || step.id.length > 200) return []
  const settle = (answer: 'retry' | 'done' | 'abort') => press('settle', { ...own, stepId: step.id, answer })
  return [
    button('Retry', settle('retry')),
    button('Mark done', settle('done')),
    { ...button('Abort', settle('abort')), style: 'danger' },
  ]
}

function feedbackButtons({ id, feedback }: IncidentView): readonly CardButton[] {
  return feedback.flatMap(({ question, about }) =>
    FEEDBACK_BUTTONS[question].map(({ word, label }) =>
      button(label, press('feedback', { incidentId: id, answer: word, about })),
    ),
  )
}

function incidentButtons(view: IncidentView): readonly CardButton[] {
  const own = { incidentId: view.id }
  const acknowledge = view.state === 'open' ? [button('Acknowledge', press('ack', own))] : []
  return [...acknowledge, button('Add note', press('note', own))]
}

function press(verb: PressedButton['verb'], given: Partial<PressedButton>): PressedButton {
  return { incidentId: '', proposalId: null, planHash: null, stepId: null, answer: null, ...given, verb }
}

function button(label: string, pressed: PressedButton): CardButton {
  return { label, style: 'plain', pressed, confirm: null }
}

/** Names the plan, so that nobody approves what they have not seen. */
function confirmApproval(view: IncidentView, proposal: ProposalView): NonNullable<CardButton['confirm']> {
  const effects = proposal.steps.filter((step) => !step.isVerification)
  const gone = proposal.symptomGone ? 'The symptom is gone: no alert fires any more. ' : ''
  const [first] = effects
  const more = effects.length > 1 ? ` and ${String(effects.length - 1)} more` : ''
  const what = first === undefined ? visibleLine(proposal.playbookTitle, 160) : visibleLine(first.sentence, 160)
  const plan = `${what}${more}. Plan ${hashPrefix(proposal.planHash)}, ${view.id}.`
  return {
    title: proposal.symptomGone ? `Approve ${proposal.id} all the same?` : `Approve ${proposal.id}?`,
    text: truncateText(`${gone}${plan}`, LONGEST_CONFIRM),
  }
}
