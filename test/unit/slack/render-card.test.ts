import { describe, expect, it } from '@jest/globals'
import { checkBlocks } from '../../fakes/slack/block-limits.ts'
import { makeProposal, makeRun, makeRunStep, makeStep, makeView } from '../../fakes/slack/make-view.ts'
import { renderCard } from '../../../src/adapters/slack/render/render-card.ts'
import { buttonLabels, plainTextOf } from './words-of.ts'
import type { IncidentView } from '../../../src/domain/incident-view.ts'

const wordsOf = (view: IncidentView) => plainTextOf(renderCard(view).blocks)
const buttonsOf = (view: IncidentView) => buttonLabels(renderCard(view).blocks)

describe('the button for other inputs', () => {
  const labelsOf = (change: Parameters<typeof makeProposal>[0]) =>
    buttonsOf(makeView({ proposal: makeProposal(change) }))

  it('is there while a proposal is pending whose playbook asks for inputs, and carries only its id', () => {
    const { blocks } = renderCard(makeView({ proposal: makeProposal({ asksInputs: true }) }))

    expect(buttonLabels(blocks)).toEqual(['Approve', 'Reject', 'Ask', 'Acknowledge', 'Add note', 'Change inputs'])
    expect(JSON.stringify(blocks)).toContain('"action_id":"countersign_inputs"')
    expect(checkBlocks(blocks, 12)).toEqual([])
    expect(labelsOf({ asksInputs: false })).not.toContain('Change inputs')
    expect(labelsOf({ asksInputs: true, state: 'approved' })).not.toContain('Change inputs')
  })
})

describe('the card in Slack', () => {
  it('says in its header how bad it is, where, and what one sees', () => {
    const [header] = renderCard(makeView()).blocks

    expect(header).toEqual({
      type: 'header',
      text: { type: 'plain_text', text: '🟠 SEV2 · checkout: 5xx 8.4 %', emoji: false },
    })
  })

  it('names the likely cause with its probability and the strongest reasons only', () => {
    const words = wordsOf(makeView())

    expect(words).toContain('Likely cause deploy of checkout to 7f3c21a at 2026-11-21 10:02 UTC, 82 %')
    expect(words).toContain('It ended 2 min before the onset.')
    expect(words).not.toContain('seldom fail')
  })

  it('says why no cause is named, and what could not be reached', () => {
    const view = makeView({
      suspects: [],
      unknownCause: 'No change within 2 h before onset.',
      unreachable: ['argocd', 'PagerDuty (refused, 403)'],
    })

    expect(wordsOf(view)).toContain('Cause unknown No change within 2 h before onset.')
    expect(wordsOf(view)).toContain('Not reached: argocd, PagerDuty (refused, 403). Changes there may be missing.')
  })

  it('shows of the plan what runs, on what, what it disturbs, its tier, its undo and its hash', () => {
    const words = wordsOf(makeView())

    expect(words).toContain('PRO-3 Roll the service back to the version before the suspected deploy · plan abcdef01')
    expect(words).toContain(
      'Roll checkout back from 7f3c21a (history 42) to 1b22c0d (history 41) argocd/rollback on argocd payments/checkout',
    )
    expect(words).toContain('Disturbs checkout ← cart')
    expect(words).toContain('Tier 3 Novel: it has not yet succeeded on checkout.')
    expect(words).toContain('Undo Roll checkout back to 7f3c21a (history 42); one approver presses')
    expect(words).toContain('Expires 2026-11-21 10:22 UTC')
  })

  it('says who has approved, how many are missing, and who can', () => {
    const words = wordsOf(makeView())

    expect(words).toContain(
      'Next Approve or reject PRO-3: 1 of 2 approvals; Bo Li, Cem Kaya can give the next. Until 2026-11-21 10:22 UTC.',
    )
    expect(words).toContain('1 of 2 approvals, 1 missing.')
    expect(words).toContain('Approved by Ana Ruiz (ana@bank.example) at 2026-11-21 10:08 UTC in Slack')
  })

  it('says in the plan who has to approve in its middle', () => {
    const asks = {
      tier: 2,
      approvals: 1,
      rules: ['One approval by an approver.'],
      canApprove: ['Ana Ruiz', 'Bo Li'],
    } as const
    const gate = makeStep({ id: 'gate', uses: 'approval', sentence: 'Ask for one more approval: The canary', asks })
    const { blocks } = renderCard(makeView({ proposal: makeProposal({ steps: [makeStep(), gate] }) }))

    expect(plainTextOf(blocks)).toContain(
      'Ask for one more approval: The canary; tier 2. One approval by an approver. Can now: Ana Ruiz, Bo Li.',
    )
  })

  it('shows what is asked and answered, and offers an answer where there is none', () => {
    const [answered] = makeProposal().questions
    const open = { ...answered!, number: 2, text: 'Is the sale over?', answers: [] }
    const { blocks } = renderCard(makeView({ proposal: makeProposal({ questions: [answered!, open] }) }))
    const words = plainTextOf(blocks)

    expect(words).toMatch(/Q1 Cem Kaya at .*: Does cart need the new format\?/)
    expect(words).toMatch(/Q1 answered by Bo Li at .*: It reads both\./)
    expect(words).toMatch(/Q2 Cem Kaya at .*: Is the sale over\? \(no answer yet\)/)
    expect(buttonLabels(blocks)).toEqual(['Approve', 'Reject', 'Ask', 'Answer Q2', 'Acknowledge', 'Add note'])
  })

  it('offers Approve with a question that names the plan, Reject and a note', () => {
    const { blocks } = renderCard(makeView())
    const approve = JSON.stringify(blocks.find((block) => block.type === 'actions'))

    expect(buttonLabels(blocks)).toEqual(['Approve', 'Reject', 'Ask', 'Acknowledge', 'Add note'])
    expect(approve).toContain(
      'Roll checkout back from 7f3c21a (history 42) to 1b22c0d (history 41). Plan abcdef01, INC-12.',
    )
  })

  it('does not ask for an approval of what is never run', () => {
    expect(buttonsOf(makeView({ proposal: makeProposal({ tier: 4 }) }))).not.toContain('Approve')
  })

  it('asks differently when the symptom is gone', () => {
    const view = makeView({ proposal: makeProposal({ symptomGone: true }) })

    expect(wordsOf(view)).toContain('The symptom is gone (no alert fires any more).')
    expect(JSON.stringify(renderCard(view).blocks)).toContain('Approve PRO-3 all the same?')
  })

  it.each(['rejected', 'expired', 'superseded', 'drifted', 'cancelled'] as const)(
    'has no deciding button when the proposal is %s, and says so with time and reason',
    (state) => {
      const proposal = makeProposal({
        state,
        closedAt: new Date('2026-11-21T10:09:00Z'),
        closedReason: 'wrong service',
      })
      const view = makeView({ proposal })

      expect(buttonsOf(view)).toEqual(['Acknowledge', 'Add note'])
      expect(wordsOf(view)).toContain('at 2026-11-21 10:09 UTC: wrong service')
    },
  )

  it('shows the progress of a run step by step, with Stop in place of the decision', () => {
    const view = makeView({ proposal: makeProposal({ state: 'approved' }), run: makeRun(), state: 'acknowledged' })

    expect(buttonsOf(view)).toEqual(['Stop', 'Add note'])
    expect(wordsOf(view)).toContain('RUN-5 running')
    expect(wordsOf(view)).toContain('rollback (argocd/rollback) done: Synced to 1b22c0d.')
    expect(wordsOf(view)).toContain('healthy (prometheus/assert) under way')
  })

  it('lets an approved plan be rejected until its run starts', () => {
    const proposal = makeProposal({ state: 'approved' })

    expect(buttonsOf(makeView({ proposal }))).toContain('Reject')
    expect(buttonsOf(makeView({ proposal, run: makeRun({ state: 'queued' }) }))).toContain('Reject')
    expect(buttonsOf(makeView({ proposal, run: makeRun() }))).not.toContain('Reject')
  })

  it('asks a person what became of an unknown step', () => {
    const steps = [makeRunStep({ state: 'unknown', outcome: 'unknown' })]
    const view = makeView({ proposal: makeProposal({ state: 'approved' }), run: makeRun({ state: 'unknown', steps }) })

    expect(buttonsOf(view)).toEqual(['Retry', 'Mark done', 'Abort', 'Acknowledge', 'Add note'])
  })

  it('offers Undo only where there is something to undo', () => {
    const proposal = makeProposal({ state: 'approved' })

    expect(buttonsOf(makeView({ proposal, run: makeRun({ state: 'failed', canUndo: true }) }))).toContain('Undo')
    expect(buttonsOf(makeView({ proposal, run: makeRun({ state: 'failed' }) }))).not.toContain('Undo')
  })

  it('shows a link with the host it leads to, and drops one whose host is not its own', () => {
    const lying = { title: 'Argo CD', url: 'https://evil.example/', host: 'argocd.bank.example' }
    const named = { title: 'Trap', url: 'https://argocd.bank.example@evil.example/', host: 'evil.example' }
    const view = makeView({ links: [...makeView().links, lying, named] })

    expect(wordsOf(view)).toContain('Runbook (runbooks.example.com) · Console')
    expect(JSON.stringify(renderCard(view).blocks)).not.toContain('evil.example')
  })

  it('says that words are a model’s when they are', () => {
    const view = makeView({
      summary: { source: 'model', sentences: [{ text: 'Checkout fails.', evidence: ['EV-1'] }] },
    })

    expect(wordsOf(view)).toContain('Summary (a language model’s words, from the evidence)')
  })

  it('has no buttons for one person alone, and a text that says it all for who hears it', () => {
    const card = renderCard(makeView(), { hasButtons: false })

    expect(buttonLabels(card.blocks)).toEqual([])
    expect(card.text).toBe('INC-12 SEV2 (open). 5xx 8.4 % on checkout since 10:04 UTC. Plan abcdef01.')
  })

  it('has the facts in its text also where a model has written a summary', () => {
    const summary = { source: 'model' as const, sentences: [{ text: 'All is well.', evidence: ['EV-1'] }] }

    expect(renderCard(makeView({ summary })).text).toBe(renderCard(makeView()).text)
  })

  it('carries nothing in a button but ids and the hash', () => {
    const actions = renderCard(makeView()).blocks.find((block) => block.type === 'actions')
    const [approve] = actions?.type === 'actions' ? actions.elements : []

    expect(approve).toMatchObject({
      value: JSON.stringify({ v: 'approve', i: 'INC-12', p: 'PRO-3', h: 'abcdef01'.repeat(8) }),
    })
  })

  it('fits what Slack takes in every state', () => {
    const runs = (['queued', 'running', 'waiting', 'unknown', 'succeeded', 'failed', 'undone', 'stopped'] as const).map(
      (state) => makeView({ proposal: makeProposal({ state: 'approved' }), run: makeRun({ state, canUndo: true }) }),
    )
    const bare = makeView({
      proposal: null,
      suspects: [],
      links: [],
      impact: [],
      consoleUrl: null,
      service: null,
      isCollecting: true,
    })

    for (const view of [makeView(), bare, ...runs]) expect(checkBlocks(renderCard(view).blocks)).toEqual([])
  })
})
