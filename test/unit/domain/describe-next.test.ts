import { describe, expect, it } from '@jest/globals'
import { describeNext } from '../../../src/domain/describe-next.ts'
import { describeLogWait } from '../../../src/domain/log-delay.ts'
import { makeProposal, makeRun, makeRunStep, makeView } from '../../fakes/slack/make-view.ts'
import type { IncidentView } from '../../../src/domain/incident-view.ts'

const saidOf = (changes: Partial<IncidentView>) => describeNext(makeView(changes))?.text
const approved = makeProposal({ state: 'approved' })
const FREEZE = {
  ...{ service: null, environment: null, reason: 'Friday', until: new Date('2026-11-21T12:00:00Z') },
  holds: 'run',
} as const

describe('what is asked of people now', () => {
  it('is the decision, with who can give it and until when', () => {
    expect(describeNext(makeView())).toEqual({
      text: 'Approve or reject PRO-3: 1 of 2 approvals; Bo Li, Cem Kaya can give the next.',
      until: makeProposal().expiresAt,
    })
  })

  it('says when nobody can give it, and names no more than three', () => {
    const canApprove = ['A', 'B', 'C', 'D']

    expect(saidOf({ proposal: makeProposal({ canApprove: [] }) })).toContain(
      'nobody in the directory can give the next',
    )
    expect(saidOf({ proposal: makeProposal({ canApprove }) })).toContain('A, B, C and others can give the next')
  })

  it('doubts a plan whose symptom is gone', () => {
    expect(saidOf({ proposal: makeProposal({ symptomGone: true }) })).toContain(
      'The symptom is gone: is it still needed?',
    )
  })

  it('waits for the end of a freeze, and asks for no approval meanwhile', () => {
    const until = new Date('2026-11-21T12:00:00Z')
    const next = describeNext(makeView({ freezes: [{ ...FREEZE, until }] }))

    expect(next).toEqual({ text: 'PRO-3 waits: everything is frozen, so nothing is approved.', until })
  })

  it('waits for the last of several freezes, and names them', () => {
    const cart = { ...FREEZE, service: 'cart', until: new Date('2026-11-21T13:00:00Z') }
    const next = describeNext(makeView({ freezes: [{ ...FREEZE, service: 'checkout' }, cart] }))

    expect(next).toEqual({
      text: 'PRO-3 waits: checkout and cart are frozen, so nothing is approved.',
      until: cart.until,
    })
  })

  it('is the approval all the same where only what the undo acts on is frozen, and the undo waits for it', () => {
    const freezes = [{ ...FREEZE, service: 'cart', holds: 'undo' } as const]
    const failed = makeRun({ state: 'failed', canUndo: true })

    expect(saidOf({ freezes })).toContain('Approve or reject PRO-3')
    expect(saidOf({ proposal: approved, run: failed, freezes })).toBe('RUN-5 failed. Its undo waits: cart is frozen.')
  })

  it('is work by hand at tier 4', () => {
    expect(saidOf({ proposal: makeProposal({ tier: 4 }) })).toBe(
      'Do the steps of PRO-3 by hand: a plan of tier 4 is shown and never run.',
    )
  })

  it('is what became of a step that nobody knows about, before anything else', () => {
    const run = makeRun({ state: 'unknown', steps: [makeRunStep({ state: 'unknown' })] })

    expect(saidOf({ run })).toBe('Say what became of step rollback: look at its target, then press.')
  })

  it('is nothing while a run waits for the audit log', () => {
    const run = makeRun({ state: 'waiting', detail: describeLogWait({ lacks: 'numbers' }) })

    expect(saidOf({ proposal: approved, run })).toBe('Nothing of you: RUN-5 waits until the audit log has caught up.')
  })

  it.each([
    ['running', false, 'Nothing: RUN-5 is at work, step 2 of 2 (healthy).'],
    ['failed', true, 'RUN-5 failed. Undo it, or mend it by hand.'],
    ['failed', false, 'RUN-5 failed. Mend it by hand, or propose another playbook.'],
    ['stopped', true, 'RUN-5 was stopped. Undo it, or mend it by hand.'],
    ['undone', false, 'RUN-5 was undone. Mend it by hand, or propose another playbook.'],
    ['succeeded', false, 'RUN-5 succeeded. Resolve it when it stays quiet.'],
  ] as const)('follows a run that is %s (can be undone: %s)', (state, canUndo, text) => {
    expect(saidOf({ proposal: approved, run: makeRun({ state, canUndo }) })).toBe(text)
  })

  it('points at what is still open after a success', () => {
    const run = makeRun({ state: 'succeeded' })

    expect(saidOf({ proposal: approved, run, followUps: ['Revert in Git.'] })).toContain(
      'Something is still open below.',
    )
  })

  it('is to take it while nobody has, and nothing once it is resolved', () => {
    expect(saidOf({ proposal: null })).toBe('Take it: nobody has acknowledged it yet.')
    expect(saidOf({ proposal: null, state: 'acknowledged' })).toBeUndefined()
    expect(saidOf({ proposal: null, state: 'mitigated' })).toBe('Resolve it when you are sure.')
    expect(saidOf({ state: 'resolved' })).toBeUndefined()
  })
})
