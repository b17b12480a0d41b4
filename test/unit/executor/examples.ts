import type { Attempt } from '../../../src/domain/run.ts'
import type { RunStep } from '../../../src/executor/steps-of-run.ts'

const AT = new Date('2026-01-01T00:00:00Z')

export function attemptOf(change: Partial<Attempt> = {}): Attempt {
  return {
    id: '1',
    runId: 'RUN-1',
    stepId: 'move',
    stepIndex: 0,
    direction: 'forward',
    effect: 'main',
    number: 1,
    uses: 'argocd/sync',
    crashClass: 'queryable',
    state: 'done',
    idempotencyKey: 'RUN-1:move:main',
    fence: 1,
    requestHash: 'hash',
    before: null,
    after: null,
    handle: null,
    output: null,
    detail: null,
    intendedAt: AT,
    sentAt: null,
    finishedAt: null,
    ...change,
  }
}

export function stepOf(id: string, change: Partial<RunStep> = {}): RunStep {
  return {
    id,
    index: 0,
    direction: 'forward',
    uses: 'argocd/sync',
    with: {},
    target: { system: 'argocd', resource: 'app', lockKey: 'argocd:app' },
    before: null,
    crashClass: 'queryable',
    timeoutMs: 60_000,
    ...change,
  }
}
