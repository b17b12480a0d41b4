import { COUNTERSIGN } from '../../src/domain/actor.ts'
import type { AuditRecord } from '../../src/domain/audit-entry.ts'

const HASH = 'c0ffee00'.repeat(8)

/** The record of an intent, with every field that a real one has. */
export function intentOf(number: number): AuditRecord {
  return {
    event: 'step.intended',
    actor: COUNTERSIGN,
    origin: 'clock',
    outcome: 'success',
    target: { system: 'argocd', resource: `payments/checkout-${String(number % 45)}`, environment: 'production' },
    incidentId: `INC-${String(number % 500)}`,
    proposalId: `PROP-${String(number)}`,
    runId: `RUN-${String(number)}`,
    stepId: 'rollback',
    playbook: { name: 'rollback-bad-deploy', digest: HASH },
    planHash: HASH,
    policyVersion: HASH.slice(0, 16),
    execution: {
      attempt: 1,
      effect: 'argocd/rollback',
      idempotencyKey: `RUN-${String(number)}/rollback/1`,
      fence: number,
      requestHash: HASH,
    },
    details: {
      uses: 'argocd/rollback',
      with: { app: 'checkout', id: '40', autoSync: 'suspend' },
      revision: HASH.slice(0, 40),
    },
  }
}
