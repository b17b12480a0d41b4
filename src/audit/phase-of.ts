import type { AuditPhase, AuditRecord } from '../domain/audit-entry.ts'

const PHASE_OF_EVENT: Readonly<Record<string, AuditPhase>> = {
  'proposal.made': 'proposed',
  'proposal.approved': 'approved',
  'proposal.rejected': 'denied',
  'proposal.expired': 'expired',
  'proposal.superseded': 'superseded',
  'proposal.drifted': 'drifted',
  'proposal.cancelled': 'cancelled',
  'approval.rejected': 'denied',
  'approval.expired': 'expired',
  'decision.withdrawn': 'withdrawn',
  'decision.refused': 'auth_fail',
  'request.refused': 'auth_fail',
  'refusals.counted': 'auth_fail',
  'step.retry_approved': 'approved',
  'step.intended': 'intent',
  'step.sent': 'intent',
  'step.unknown': 'unknown',
  'step.handed_over': 'unknown',
  'run.parked': 'unknown',
  'audit.read': 'audit_read',
  'record.read': 'audit_read',
  'audit.exported': 'audit_read',
  'audit.reviewed': 'verified',
  'audit.archived': 'log_stop',
  'audit.started': 'log_start',
  'audit.stopped': 'log_stop',
  'service.started': 'log_start',
  'service.stopped': 'log_stop',
  'freeze.set': 'config_change',
  'freeze.lifted': 'config_change',
  'credential.changed': 'config_change',
}

const PHASE_OF_NOUN: Readonly<Record<string, AuditPhase>> = {
  step: 'outcome',
  run: 'outcome',
  break_glass: 'break_glass',
  policy: 'config_change',
  playbook: 'config_change',
  config: 'config_change',
  configuration: 'config_change',
}

/** Which of the words of TRUST section 2, field 3, an entry stands under, by its event alone. */
export function phaseOf({ event, phase, details, verification }: AuditRecord): AuditPhase {
  if (phase !== undefined) return phase
  if (event === 'decision.recorded') return details?.['decision'] === 'reject' ? 'denied' : 'approved'
  if (verification !== undefined) return 'verified'
  return PHASE_OF_EVENT[event] ?? PHASE_OF_NOUN[event.split('.')[0] ?? ''] ?? 'recorded'
}
