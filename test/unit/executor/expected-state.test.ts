import { describe, expect, it } from '@jest/globals'
import { ABORTED_NOTE, againNote } from '../../../src/executor/attempt-notes.ts'
import { differences, expectedState } from '../../../src/executor/expected-state.ts'
import { planOf } from '../../fakes/counting-target/approved-run.ts'
import { attemptOf, stepOf } from './examples.ts'

const PLAN = planOf([
  { id: 'first', uses: 'argocd/sync', undoTo: 'r0' },
  { id: 'second', uses: 'argocd/sync' },
  { id: 'elsewhere', uses: 'argocd/sync', resource: 'other' },
])
const SECOND = stepOf('second', { before: { revision: 'r0', autoSync: true } })

describe('the state expected before a step', () => {
  it('is the approved one while this run has done nothing there', () => {
    expect(expectedState(SECOND, PLAN, [])).toEqual({ revision: 'r0', autoSync: true })
  })

  it('is changed by what this run has recorded, in the fields that are compared', () => {
    const done = attemptOf({ stepId: 'first', before: { revision: 'r0' }, after: { revision: 'r1', noise: 1 } })

    expect(expectedState(SECOND, PLAN, [done])).toEqual({ revision: 'r1', autoSync: true })
  })

  it('is not changed by what happened to another target', () => {
    const done = attemptOf({ stepId: 'elsewhere', after: { revision: 'r7' } })

    expect(expectedState(SECOND, PLAN, [done])).toEqual({ revision: 'r0', autoSync: true })
  })

  it('is not compared after a step that a person called done, since nobody recorded the state', () => {
    const done = attemptOf({ stepId: 'first', before: { revision: 'r0' }, after: null })

    expect(expectedState(SECOND, PLAN, [done])).toBeNull()
  })

  it('is not compared for a re-issue, whose first try may have changed it', () => {
    const lost = attemptOf({ stepId: 'second', state: 'failed', output: againNote('reissue') })

    expect(expectedState(SECOND, PLAN, [lost])).toBeNull()
  })

  it('is compared again when people have a step sent again', () => {
    const lost = attemptOf({ stepId: 'second', state: 'failed', output: againNote('person') })

    expect(expectedState(SECOND, PLAN, [lost])).toEqual({ revision: 'r0', autoSync: true })
  })

  it('is for an undo what the run left behind, and unknown after an aborted attempt', () => {
    const undo = stepOf('first', { direction: 'undo' })
    const done = attemptOf({ stepId: 'first', before: { revision: 'r0' }, after: { revision: 'r1' } })
    const aborted = attemptOf({ stepId: 'second', state: 'failed', output: ABORTED_NOTE })

    expect(expectedState(undo, PLAN, [done])).toEqual({ revision: 'r1' })
    expect(expectedState(undo, PLAN, [done, aborted])).toBeNull()
  })
})

describe('differences between states', () => {
  it('name each field with both values', () => {
    expect(differences({ revision: 'r0', autoSync: true }, { revision: 'r1', autoSync: true })).toEqual([
      'revision is "r1" and was "r0" when it was approved',
    ])
  })

  it('leave out what is kept for a reconcile only, and fields that were not approved', () => {
    expect(differences({ revision: 'r0', mark: { at: 1 } }, { revision: 'r0', mark: { at: 2 }, more: 1 })).toEqual([])
  })

  it('count a state that cannot be read as absent', () => {
    expect(differences({ revision: 'r0' }, null)).toEqual(['revision is absent and was "r0" when it was approved'])
  })
})
