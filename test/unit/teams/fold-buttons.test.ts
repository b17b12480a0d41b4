import { describe, expect, it } from '@jest/globals'
import { actionsOf, buttonsOf, findPress } from '../../fakes/teams/card-reading.ts'
import { decodeButton } from '../../../src/adapters/shared/card/button-value.ts'
import { makeProposal, makeRun, makeRunStep, makeView } from '../../fakes/slack/make-view.ts'
import { MOST_ACTIONS } from '../../../src/adapters/teams/render/fold-buttons.ts'
import { renderButtons } from '../../../src/adapters/shared/card/card-buttons.ts'
import { renderCard } from '../../../src/adapters/teams/render/render-card.ts'
import { wordsOf } from '../../../src/adapters/teams/render/card-actions.ts'
import { RUN_STATES } from '../../../src/domain/run.ts'
import type { IncidentView, ProposalView, RunView } from '../../../src/domain/incident-view.ts'

const [asked] = makeProposal().questions
const OPEN = [{ ...asked!, answers: [] }]
const { required } = makeProposal()
const APPROVAL: RunView['approval'] = {
  ...{ stepId: 'drain', title: 'Drain the node', tier: 3, hash: 'ab'.repeat(32), required, questions: OPEN },
  ...{ decisions: [], approvalsCounted: 0, canApprove: [], askedAt: new Date(0), expiresAt: new Date(1) },
}

const PROPOSALS: readonly (ProposalView | null)[] = [
  null,
  ...[true, false].flatMap((canBreakGlass) =>
    [OPEN, []].map((questions) => makeProposal({ canBreakGlass, questions })),
  ),
  ...(['approved', 'rejected', 'expired'] as const).map((state) => makeProposal({ state })),
]

const RUNS: readonly (RunView | null)[] = [
  null,
  ...RUN_STATES.flatMap((state) =>
    [null, APPROVAL].map((approval) =>
      makeRun({ state, canUndo: true, approval, steps: [makeRunStep({ state: 'unknown' })] }),
    ),
  ),
]

const counts = { yes: 0, no: 0, unsure: 0 }
const ASKS: IncidentView['feedback'] = [
  { question: 'cause', about: 'CHG-7', subject: 'deploy of checkout', counts },
  { question: 'playbook', about: 'RUN-5', subject: 'rollback-bad-deploy', counts },
]
const [at, until, reviewDue] = [new Date(0), new Date(1), new Date(2)]
const GLASS: IncidentView['glass'] = {
  ...{ proposalId: 'PRO-2', personName: 'Ana Ruiz', reason: 'nobody answers', at, until, reviewDue },
  ...{ review: null, canReview: ['Bo Li'] },
}

/** Of all that a view can hold, what can be there together. */
function reachable({ proposal, run, state, feedback }: IncidentView): boolean {
  const isActive = run !== null && ['queued', 'running', 'waiting', 'unknown'].includes(run.state)
  // A plan is proposed once nothing runs, and nothing waits for approval in an incident that is over.
  if (proposal?.state === 'pending' && (isActive || state === 'resolved')) return false
  return feedback.length === 0 || state === 'resolved'
}

const VIEWS = (['open', 'acknowledged', 'mitigated', 'resolved'] as const)
  .flatMap((state) => PROPOSALS.map((proposal) => ({ state, proposal })))
  .flatMap((known) => RUNS.map((run) => ({ ...known, run })))
  .flatMap((known) => [null, GLASS].map((glass) => ({ ...known, glass })))
  .flatMap((known) => [[], ASKS].map((feedback) => makeView({ ...known, feedback })))
  .filter(reachable)

const stored = (view: IncidentView) => ({ activity: renderCard(view) }) as never
const labelsOf = (view: IncidentView) => renderButtons(view).map(({ label }) => label)

describe('the actions of a card in Teams', () => {
  it('are six at most in every state, and every button of the card is among them', () => {
    const over = VIEWS.filter((view) => actionsOf(stored(view)).length > MOST_ACTIONS)
    const lost = VIEWS.filter((view) => buttonsOf(stored(view)).toSorted().join() !== labelsOf(view).toSorted().join())

    expect(over.map(labelsOf)).toEqual([])
    expect(lost.map(labelsOf)).toEqual([])
    // The twin: without folding the limit is passed.
    expect(VIEWS.some((view) => labelsOf(view).length > MOST_ACTIONS)).toBe(true)
  })

  it('keep a decision, a stop and an undo outside every fold', () => {
    const outside = ['Approve', 'Reject', 'Break glass', 'Stop', 'Undo']
    for (const view of VIEWS) {
      const titles = actionsOf(stored(view)).map((action) => action['title'])
      expect(titles).toEqual(expect.arrayContaining(labelsOf(view).filter((label) => outside.includes(label))))
    }
  })

  it('are as in Slack where there are six or fewer', () => {
    for (const view of VIEWS.filter((one) => labelsOf(one).length <= MOST_ACTIONS)) {
      expect(actionsOf(stored(view)).map((action) => action['title'])).toEqual(labelsOf(view))
    }
  })

  const crowded = makeView({
    proposal: makeProposal({ canBreakGlass: true, questions: OPEN }),
    run: makeRun({ state: 'failed', canUndo: true }),
  })

  it.each(['Ask', 'Answer Q1', 'Add note'])('press %s from behind a fold with the words typed there', (label) => {
    const { data } = findPress(stored(crowded), label, 'it reads both')
    const pressed = decodeButton(String(data['countersign']))!

    expect(actionsOf(stored(crowded)).map((action) => action['title'])).toContain('Say')
    expect(pressed).toEqual(decodeButton(String(findPress(stored(crowded), label).data['countersign'])))
    expect(wordsOf(pressed, data)).toBe('it reads both')
    expect(wordsOf(pressed, { ...data, [`words-${pressed.verb}`]: '' })).toBeNull()
  })
})
