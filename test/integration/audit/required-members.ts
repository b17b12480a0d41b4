/** Members that many kinds of entries share; the names stand for them in the table below and in docs/audit.md. */
export const GROUPS: Readonly<Record<string, readonly string[]>> = {
  always: [
    ...['entryId', 'schema', 'event', 'phase', 'dbTime', 'at', 'actor.type', 'actor.id', 'actor.name', 'auth.method'],
    ...['origin', 'replica', 'build', 'buildDigest', 'outcome', 'redactions', 'dataClass', 'retentionUntil'],
    'correlationId',
  ],
  plan: [
    ...['incidentId', 'proposalId', 'playbook.name', 'playbook.digest', 'riskClass', 'changeType', 'planHash'],
    ...['policyVersion', 'requester', 'quorumRequired', 'expiresAt'],
  ],
  place: ['target.system', 'target.resource', 'target.environment', 'target.service', 'target.pciScope'],
  attempt: [
    ...['runId', 'stepId', 'stepIndex', 'execution.attempt', 'execution.effect', 'execution.idempotencyKey'],
    ...['execution.fence', 'execution.credentialRef', 'execution.requestHash'],
  ],
  answer: ['reasonCode', 'execution.responseStatus', 'execution.responseHash', 'execution.durationMs'],
}

/** By event and phase: the groups and members that such an entry has besides `always`. */
export const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  'alerts.received recorded': ['receivedAt', 'sourceTs', 'alertFingerprints', 'incidentId'],
  'incident.opened recorded': ['receivedAt', 'alertFingerprints', 'incidentId', 'place'],
  'proposal.made proposed': [
    ...['plan', 'place', 'alertFingerprints', 'params', 'paramsHash', 'preconditions', 'rollbackRef'],
  ],
  'decision.refused auth_fail': ['plan', 'place', 'reasonCode'],
  'decision.recorded approved': ['plan', 'place', 'approvals'],
  'decision.withdrawn withdrawn': ['plan', 'place'],
  'question.asked recorded': ['plan', 'place'],
  'question.answered recorded': ['plan', 'place'],
  'proposal.escalated recorded': ['plan', 'place'],
  'proposal.approved approved': ['plan', 'place', 'approvals', 'runId'],
  'proposal.rejected denied': ['plan', 'place'],
  'run.started outcome': ['plan', 'place', 'runId'],
  'step.intended intent': [
    ...['plan', 'place', 'attempt', 'params', 'paramsHash', 'preconditions', 'rollbackRef', 'approvals'],
  ],
  'step.sent intent': ['plan', 'place', 'attempt'],
  'step.succeeded outcome': ['plan', 'place', 'attempt', 'answer'],
  'step.succeeded verified': [
    ...['plan', 'place', 'attempt', 'answer'],
    ...['verification.expected', 'verification.observed', 'verification.observedAt'],
  ],
  'step.unknown unknown': ['plan', 'place', 'attempt', 'answer', 'errorClass'],
  'step.retry_approved approved': ['plan', 'place', 'runId', 'approvals'],
  'step.settled outcome retry': ['plan', 'place', 'runId', 'stepId', 'execution.attempt', 'approvals'],
  'approval.asked recorded approval': ['plan', 'place', 'runId'],
  'decision.recorded approved approval': ['plan', 'place', 'runId', 'approvals', 'details.planHashSeen'],
  'step.succeeded outcome approval': ['plan', 'place', 'runId', 'approvals'],
  'step.settled outcome': ['plan', 'place', 'runId', 'stepId', 'execution.attempt'],
  'step.handed_over unknown': ['plan', 'place', 'attempt'],
  'run.stop_requested outcome': ['plan', 'place', 'runId'],
  'run.succeeded outcome': ['plan', 'place', 'runId'],
  'run.stopped outcome': ['plan', 'place', 'runId', 'reasonCode'],
  'break_glass.used break_glass': [...['plan', 'place', 'runId', 'breakGlass.reason', 'breakGlass.reviewDue']],
  'incident.resolved recorded': ['incidentId', 'place'],
  'feedback.recorded recorded': ['incidentId', 'place', 'details.question', 'details.answer'],
  'request.refused auth_fail': ['reasonCode', 'target.system', 'target.resource'],
  'freeze.set config_change': ['target.system', 'target.resource', 'target.service', 'target.pciScope'],
  'freeze.lifted config_change': ['target.system', 'target.resource', 'target.service', 'target.pciScope'],
  'audit.read audit_read': ['target.system', 'target.resource', 'details.reads', 'details.first', 'details.last'],
  'record.read audit_read': [
    ...['incidentId', 'target.system', 'target.resource', 'details.reads', 'details.first', 'details.last'],
  ],
  'audit.reviewed verified': [
    ...['target.system', 'target.resource', 'details.day', 'details.from', 'details.to', 'details.findings'],
  ],
  'audit.exported audit_read': ['target.system', 'target.resource'],
}
