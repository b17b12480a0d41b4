import { describe, expect, it } from '@jest/globals'
import { describeStep } from '../../../src/summaries/describe-step.ts'
import type { DescribedStep } from '../../../src/summaries/describe-step.ts'

const ROLLBACK: DescribedStep = {
  uses: 'argocd/rollback',
  with: { app: 'checkout', id: '41', autoSync: 'suspend' },
  before: {
    app: 'checkout',
    historyId: '42',
    revision: '7f3c21ad0e5b9c1f2a3b4c5d6e7f8091a2b3c4d5',
    autoSync: true,
  },
}

describe('a step in plain words', () => {
  it('says from what to what a rollback goes, and what becomes of auto-sync', () => {
    const known = { revisionOf: (id: string) => (id === '41' ? '1b22e0f4aa5b9c1f2a3b4c5d6e7f8091a2b3c4d5' : null) }

    expect(describeStep(ROLLBACK, known)).toBe(
      'Roll checkout back from 7f3c21a (history 42) to 1b22e0f (history 41); auto-sync is switched off and stays off',
    )
  })

  it('takes the revision from the mark when the history is not known', () => {
    const before = { ...ROLLBACK.before, mark: { revision: 'v1.4.0' }, autoSync: false }

    expect(describeStep({ ...ROLLBACK, before })).toBe(
      'Roll checkout back from 7f3c21a (history 42) to v1.4.0 (history 41)',
    )
  })

  it('says no more than it knows', () => {
    expect(describeStep({ ...ROLLBACK, before: null, with: { app: 'checkout', id: '41' } })).toBe(
      'Roll checkout back to history 41',
    )
  })

  it.each<[DescribedStep['uses'], DescribedStep['with'], string]>([
    ['argocd/sync', { app: 'a', revision: '7f3c21ad0e5b9c1f' }, 'Sync a to 7f3c21a'],
    ['argocd/sync', { app: 'a', prune: true }, 'Sync a to what it tracks in Git; what is no longer in Git is deleted'],
    ['argocd/auto-sync', { app: 'a', enabled: true }, 'Switch auto-sync of a on'],
    ['argocd/terminate', { app: 'a' }, 'Terminate the running operation of a'],
    [
      'argocd/restart',
      { app: 'a', kind: 'Deployment', name: 'web', namespace: 'prod' },
      'Restart Deployment web in prod',
    ],
    ['rollouts/abort', { app: 'a', name: 'web', namespace: 'prod' }, 'Abort the rollout web in prod'],
    [
      'rollouts/promote',
      { app: 'a', name: 'web', namespace: 'prod', full: true },
      'Promote the rollout web in prod to the end',
    ],
    [
      'lambda/invoke',
      { function: 'heal', qualifier: '3', params: { pod: 'x' } },
      'Run the function heal:3 with {"pod":"x"}',
    ],
    ['lambda/invoke', { function: 'heal', mode: 'event' }, 'Run the function heal and not wait for its end'],
    ['lambda/alias', { function: 'heal', alias: 'live', version: '3' }, 'Point alias live of heal to version 3'],
    ['pagerduty/acknowledge', {}, 'Acknowledge the linked PagerDuty incident'],
    ['pagerduty/resolve', { incident: 'P1' }, 'Resolve PagerDuty incident P1'],
    ['pagerduty/note', { text: 'hi' }, 'Add a note to the linked PagerDuty incident: "hi"'],
    ['pagerduty/escalate', { level: 2 }, 'Escalate the linked PagerDuty incident to level 2'],
    ['pagerduty/responders', { message: 'help' }, 'Call more responders to the linked PagerDuty incident: "help"'],
    ['pagerduty/workflow', { workflow: 'W1' }, 'Start the workflow W1 on the linked PagerDuty incident'],
    [
      'prometheus/assert',
      { query: 'errors', below: 0.05, for: '2m', within: '10m' },
      'Check that errors stays below 0.05 for 2 min, within 10 min',
    ],
    ['http/check', { url: 'https://x/health' }, 'Check that https://x/health answers 200'],
    ['chat/post', { text: 'hello' }, 'Post "hello" to the channel'],
    ['wait', { for: '30s' }, 'Wait 30 s'],
    ['approval', { title: 'go on' }, 'Ask for one more approval: go on'],
  ])('%s %j', (uses, args, sentence) => {
    expect(describeStep({ uses, with: args, before: null })).toBe(sentence)
  })
})
