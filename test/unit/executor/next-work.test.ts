import { describe, expect, it } from '@jest/globals'
import type { Attempt, AttemptState } from '../../../src/domain/run.ts'
import { againNote } from '../../../src/executor/attempt-notes.ts'
import { nextWork } from '../../../src/executor/next-work.ts'
import type { ReadyStep } from '../../../src/executor/next-work.ts'
import type { RunStep } from '../../../src/executor/steps-of-run.ts'
import { attemptOf, stepOf } from './examples.ts'

const STEPS = [stepOf('first'), stepOf('second')]

describe('what is next', () => {
  it('is a first intent when the ledger is empty', () => {
    expect(next([])).toMatchObject({ kind: 'send', step: { id: 'first' }, effect: 'main', tried: [] })
  })

  it('is the next step when one is done', () => {
    expect(next([attemptOf({ stepId: 'first', state: 'done' })])).toMatchObject({
      kind: 'send',
      step: { id: 'second' },
    })
  })

  it('is nothing when all is done', () => {
    const attempts = STEPS.map((step) => attemptOf({ stepId: step.id, state: 'done' }))

    expect(next(attempts)).toEqual({ kind: 'finished' })
  })

  it.each<[AttemptState, string]>([
    ['intended', 'not_sent'],
    ['sent', 'unanswered'],
    ['unknown', 'unknown'],
    ['failed', 'failed'],
  ])('after a crash with an attempt %s is %s', (state, kind) => {
    expect(next([attemptOf({ stepId: 'first', state })])).toMatchObject({ kind, step: { id: 'first' } })
  })

  it('is to follow what the target accepted', () => {
    const accepted = attemptOf({ stepId: 'first', state: 'sent', handle: { operation: 7 } })

    expect(next([accepted])).toMatchObject({ kind: 'poll', attempt: accepted })
  })

  it('is another intent when the failed attempt may be repeated', () => {
    const failed = attemptOf({ stepId: 'first', state: 'failed', output: againNote('not_executed') })

    expect(next([failed])).toMatchObject({ kind: 'send', tried: [failed] })
  })

  it.each<AttemptState>(['intended', 'sent'])(
    'is the check again when it was %s, since a check has no effect',
    (state) => {
      expect(next([attemptOf({ stepId: 'first', state })], { isVerification: true })).toMatchObject({ kind: 'check' })
    },
  )

  it('takes all effects of a step before the next step', () => {
    const done = attemptOf({ stepId: 'first', effect: 'suspend', state: 'done' })

    expect(next([done], { effects: ['suspend', 'main'] })).toMatchObject({ step: { id: 'first' }, effect: 'main' })
  })

  it('does not take an undo for the step itself', () => {
    const undone = attemptOf({ stepId: 'first', direction: 'undo', state: 'done' })

    expect(next([undone])).toMatchObject({ kind: 'send', step: { id: 'first' } })
  })
})

function next(attempts: readonly Attempt[], description: Partial<ReadyStep['description']> = {}) {
  const ready = (step: RunStep): ReadyStep => ({
    ...step,
    args: {},
    description: {
      target: step.target,
      crashClass: 'queryable',
      isVerification: false,
      effects: ['main'],
      callTimeoutMs: 1_000,
      ...description,
    },
  })
  return nextWork(STEPS, attempts, ready)
}
