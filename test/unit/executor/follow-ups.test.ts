import { describe, expect, it } from '@jest/globals'
import { followUpsOf } from '../../../src/executor/follow-ups.ts'
import { planOf } from '../../fakes/counting-target/approved-run.ts'
import { attemptOf } from './examples.ts'

const PLAN = planOf([{ id: 'back', uses: 'argocd/rollback', with: { app: 'checkout', autoSync: 'suspend' } }])
const BACK = attemptOf({ stepId: 'back', effect: 'main' })
const SUSPENDED = attemptOf({ stepId: 'back', effect: 'suspend', output: { autoSyncChanged: true } })

describe('what a rollback leaves to people', () => {
  it('is the revert in Git and, where it was suspended, auto-sync', () => {
    expect(followUpsOf(PLAN, [SUSPENDED, BACK])).toEqual([
      'Revert the change of checkout in Git, then re-enable auto-sync of checkout.',
    ])
  })

  it('is the revert alone where auto-sync was off before', () => {
    const untouched = attemptOf({ stepId: 'back', effect: 'suspend', output: { autoSyncChanged: false } })

    expect(followUpsOf(PLAN, [untouched, BACK])).toEqual([
      'Revert the change of checkout in Git: the app is out of sync with it.',
    ])
  })

  it('is auto-sync alone where the rollback did not come', () => {
    const failed = attemptOf({ stepId: 'back', state: 'failed' })

    expect(followUpsOf(PLAN, [SUSPENDED, failed])).toEqual([
      'Re-enable auto-sync of checkout: it was suspended, and the rollback did not come.',
    ])
  })

  it('is nothing while nothing was done', () => {
    expect(followUpsOf(PLAN, [])).toEqual([])
  })
})
