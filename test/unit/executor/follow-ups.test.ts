import { describe, expect, it } from '@jest/globals'
import { describeFollowUp } from '../../../src/summaries/describe-follow-up.ts'
import { followUpsOf } from '../../../src/executor/follow-ups.ts'
import { planOf } from '../../fakes/counting-target/approved-run.ts'
import { attemptOf } from './examples.ts'

const PLAN = planOf([{ id: 'back', uses: 'argocd/rollback', with: { app: 'checkout', autoSync: 'suspend' } }])
const BACK = attemptOf({ stepId: 'back', effect: 'main', before: { revision: 'rev-b' } })
const SUSPENDED = attemptOf({ stepId: 'back', effect: 'suspend', output: { autoSyncChanged: true } })
const UNTOUCHED = attemptOf({ stepId: 'back', effect: 'suspend', output: { autoSyncChanged: false } })
const UNDONE = attemptOf({ stepId: 'back', effect: 'main', direction: 'undo' })

describe('what a rollback leaves to people', () => {
  it('is the revert in Git and, where it was suspended, auto-sync; the bad revision is on record', () => {
    expect(followUpsOf(PLAN, [SUSPENDED, BACK])).toEqual([
      { stepId: 'back', app: 'checkout', kind: 'revert_and_enable', badRevision: 'rev-b' },
    ])
  })

  it('is the revert alone where auto-sync was off before', () => {
    expect(followUpsOf(PLAN, [UNTOUCHED, BACK])).toMatchObject([{ kind: 'revert' }])
  })

  it('is auto-sync alone where the rollback did not come', () => {
    const failed = attemptOf({ stepId: 'back', state: 'failed' })

    expect(followUpsOf(PLAN, [SUSPENDED, failed])).toMatchObject([{ kind: 'enable', badRevision: null }])
  })

  it('is auto-sync alone once the rollback is undone: there is nothing to revert any more', () => {
    expect(followUpsOf(PLAN, [SUSPENDED, BACK, UNDONE])).toMatchObject([{ kind: 'enable', badRevision: null }])
  })

  it('is nothing once the rollback is undone and auto-sync was never touched', () => {
    expect(followUpsOf(PLAN, [UNTOUCHED, BACK, UNDONE])).toMatchObject([{ kind: null }])
  })

  it('is nothing while nothing was done', () => {
    expect(followUpsOf(PLAN, [])).toEqual([])
  })
})

describe('the words of a follow-up', () => {
  it.each([
    ['revert_and_enable', 'Revert the change of checkout in Git, then re-enable auto-sync of checkout (FUP-3).'],
    ['revert', 'Revert the change of checkout in Git: the app is out of sync with it (FUP-3).'],
    ['enable', expect.stringMatching(/^Re-enable auto-sync of checkout: .*\(FUP-3\)\.$/)],
  ] as const)('%s', (kind, words) => {
    expect(describeFollowUp({ id: 'FUP-3', kind, app: 'checkout' })).toEqual(words)
  })
})
