import { freezesOfRun, frozenNames, lastEnd } from './describe-freeze.ts'
import { isLogWait } from './log-delay.ts'
import { ENDED_RUN_STATES } from './run.ts'
import type { GlassView, IncidentView, ProposalView, RunView, StepApprovalView } from './incident-view.ts'

/** What is asked of people now, in one line, and until when. */
export interface Next {
  readonly text: string
  readonly until: Date | null
}

/**
 * The first thing under the headline, so that nobody has to look for it: who decides, settles, undoes or takes the
 * incident. Null when nothing is asked. May hold text from outside, as everything of a view: the surface escapes it.
 */
export function describeNext(view: IncidentView): Next | null {
  if (view.state === 'resolved') return null
  if (view.run?.state === 'unknown') return settle(view.run)
  if (view.proposal?.state === 'pending') return decide(view, view.proposal)
  const glass = glassToReview(view)
  if (glass !== undefined) return review(view, glass)
  if (view.run !== null && view.run.proposalId === view.proposal?.id) return followRun(view, view.run)
  if (view.state === 'mitigated') return next('Resolve it when you are sure.')
  return view.state === 'open' ? next('Take it: nobody has acknowledged it yet.') : null
}

function next(text: string, until: Date | null = null): Next {
  return { text, until }
}

function settle(run: RunView): Next {
  const step = run.steps.find((one) => one.state === 'unknown')
  const what = step === undefined ? run.id : `step ${step.id}`
  return next(`Say what became of ${what}: look at its target, then press.`)
}

function decide(view: IncidentView, proposal: ProposalView): Next {
  const { id, tier, approvalsCounted, required, symptomGone, expiresAt } = proposal
  if (tier === 4) return next(`Do the steps of ${id} by hand: a plan of tier 4 is shown and never run.`)
  const held = freezesOfRun(view)
  if (held.length > 0) return next(`${id} waits: ${frozenNames(held)} frozen, so nothing is approved.`, lastEnd(held))
  const gone = symptomGone ? ' The symptom is gone: is it still needed?' : ''
  const count = `${String(approvalsCounted)} of ${String(required.approvals)} approvals`
  return next(`Approve or reject ${id}: ${count}; ${whoIsAsked(proposal)}.${gone}`, expiresAt)
}

/** While it runs there is something more urgent. */
function glassToReview({ glass, run }: IncidentView): GlassView | undefined {
  const isOver = run === null || ENDED_RUN_STATES.includes(run.state)
  return isOver && glass?.review === null ? glass : undefined
}

/** What ran is over: next it is looked at by somebody else, before the incident is resolved. */
function review(view: IncidentView, glass: GlassView): Next {
  const who =
    glass.canReview.length === 0 ? 'nobody in the directory may' : `${glass.canReview.slice(0, NAMED).join(', ')} may`
  const ended = view.run === null ? '' : `${view.run.id} ${view.run.state}. `
  return next(`${ended}Review the break-glass of ${glass.proposalId} by ${glass.personName}: ${who}.`, glass.reviewDue)
}

const NAMED = 3

function decideStep(view: IncidentView, { id }: RunView, step: StepApprovalView): Next {
  const what = `step ${step.stepId} of ${id}`
  const held = freezesOfRun(view)
  if (held.length > 0) return next(`${id} stops: ${frozenNames(held)} frozen.`, lastEnd(held))
  const count = `${String(step.approvalsCounted)} of ${String(step.required.approvals)} approvals`
  return next(`Approve or reject ${what}: ${count}; ${whoIsAsked(step)}.`, step.expiresAt)
}

function whoIsAsked({ canApprove }: Pick<ProposalView, 'canApprove'>): string {
  if (canApprove.length === 0) return 'nobody in the directory can give the next'
  const more = canApprove.length > NAMED ? ' and others' : ''
  return `${canApprove.slice(0, NAMED).join(', ')}${more} can give the next`
}

function followRun(view: IncidentView, run: RunView): Next {
  switch (run.state) {
    case 'failed':
      return undoOrMend(view, run, 'failed')
    case 'stopped':
      return undoOrMend(view, run, 'was stopped')
    case 'undone':
      return next(`${run.id} was undone. Mend it by hand, or propose another playbook.`)
    case 'succeeded':
      return next(
        view.followUps.length === 0
          ? `${run.id} succeeded. Resolve it when it stays quiet.`
          : `${run.id} succeeded. Something is still open below.`,
      )
    case 'queued':
    case 'running':
    case 'waiting':
    case 'unknown':
      if (run.approval !== null) return decideStep(view, run, run.approval)
      return next(atWork(run))
  }
}

function undoOrMend({ freezes }: IncidentView, { id, canUndo }: RunView, ended: string): Next {
  if (!canUndo) return next(`${id} ${ended}. Mend it by hand, or propose another playbook.`)
  if (freezes.length === 0) return next(`${id} ${ended}. Undo it, or mend it by hand.`)
  return next(`${id} ${ended}. Its undo waits: ${frozenNames(freezes)} frozen.`, lastEnd(freezes))
}

function atWork(run: RunView): string {
  if (isLogWait(run.detail)) return `Nothing of you: ${run.id} waits until the audit log has caught up.`
  return `Nothing: ${run.id} is at work${whereItIs(run)}.`
}

function whereItIs(run: RunView): string {
  const steps = run.steps.filter((step) => step.direction === run.direction)
  const at = steps.findIndex((step) => step.state !== 'done')
  const step = steps[at]
  return step === undefined ? '' : `, step ${String(at + 1)} of ${String(steps.length)} (${step.id})`
}
