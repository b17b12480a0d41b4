import { describe, expect, it } from '@jest/globals'
import { ABORTED_NOTE, againNote } from '../../../src/executor/attempt-notes.ts'
import { canBeUndone, stepsOfRun } from '../../../src/executor/steps-of-run.ts'
import { planOf } from '../../fakes/counting-target/approved-run.ts'
import { attemptOf } from './examples.ts'

const PLAN = planOf([
  { id: 'first', uses: 'argocd/sync', undoTo: 'r0' },
  { id: 'second', uses: 'argocd/sync', undoTo: 'r1' },
  { id: 'third', uses: 'argocd/sync' },
  { id: 'check', uses: 'prometheus/assert' },
])

describe('the steps of an undo', () => {
  it('are those of what was done, last first', () => {
    const attempts = ['first', 'second', 'third'].map((stepId) => attemptOf({ stepId }))

    expect(stepsOfRun(PLAN, 'undo', attempts).map((step) => step.id)).toEqual(['second', 'first'])
  })

  it.each([
    ['was aborted without anybody knowing', attemptOf({ stepId: 'first', state: 'failed', output: ABORTED_NOTE })],
    ['was accepted and failed', attemptOf({ stepId: 'first', state: 'failed', handle: { operation: 1 } })],
    ['was sent again', attemptOf({ stepId: 'first', state: 'failed', output: againNote('reissue') })],
  ])('count with a step that %s', (_what, attempt) => {
    expect(canBeUndone(PLAN, [attempt])).toBe(true)
  })

  it('leave out what provably did not happen', () => {
    const refused = attemptOf({ stepId: 'first', state: 'failed' })
    const unsent = attemptOf({ stepId: 'second', state: 'failed', output: againNote('not_sent') })

    expect(canBeUndone(PLAN, [refused, unsent])).toBe(false)
  })
})
