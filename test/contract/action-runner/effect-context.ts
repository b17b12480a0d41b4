import type { CrashClass, ActionName, TargetState } from '../../../src/domain/action.ts'
import type { Attempt } from '../../../src/domain/run.ts'
import type { JsonObject } from '../../../src/kernel/json.ts'
import type { EffectContext } from '../../../src/ports/action-runner.ts'

export function effectContext(changes: Partial<EffectContext> = {}): EffectContext {
  return {
    effect: 'main',
    idempotencyKey: 'RUN-5:step:main',
    incidentId: 'INC-12',
    runId: 'RUN-5',
    stepId: 'step',
    requestedBy: 'countersign',
    approvedBy: ['ana@bank.example'],
    signal: new AbortController().signal,
    ...changes,
  }
}

/** The attempt as the ledger would hold it after its answer was lost. */
export function lostAttempt(
  uses: ActionName,
  crashClass: CrashClass,
  before: TargetState | null,
  changes: { readonly effect?: string; readonly key?: string; readonly handle?: JsonObject } = {},
): Attempt {
  const at = new Date('2026-11-21T08:30:00Z')
  const effect = changes.effect ?? 'main'
  return {
    id: 'attempt-1',
    runId: 'RUN-5',
    stepId: 'step',
    stepIndex: 0,
    direction: 'forward',
    effect,
    number: 1,
    uses,
    crashClass,
    state: 'unknown',
    idempotencyKey: changes.key ?? `RUN-5:step:${effect}`,
    fence: 1,
    requestHash: '0'.repeat(64),
    before,
    after: null,
    handle: changes.handle ?? null,
    output: null,
    detail: null,
    intendedAt: at,
    sentAt: at,
    finishedAt: null,
  }
}
