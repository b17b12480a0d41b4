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
  model: [
    ...['llm.provider', 'llm.model', 'llm.promptTemplate', 'llm.promptTemplateHash', 'llm.inputHash', 'llm.outputHash'],
    ...['llm.inputTokens', 'llm.outputTokens', 'llm.usedFor'],
  ],
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
  'incident.declared recorded': ['incidentId', 'place'],
  'incident.acknowledged recorded': ['incidentId', 'place'],
  'incident.mitigated recorded': ['incidentId', 'place'],
  'incident.reopened recorded': ['incidentId', 'place'],
  'role.assigned recorded': ['incidentId', 'place', 'details.role', 'details.assignee'],
  'severity.changed recorded': ['incidentId', 'place'],
  'note.added recorded': ['incidentId', 'place', 'details.text'],
  'byhand.recorded recorded': ['incidentId', 'place', 'details.done'],
  'changes.received recorded': ['receivedAt', 'sourceTs', 'target.system', 'target.resource'],
  'message.captured recorded': ['incidentId', 'place', 'details.channel', 'details.message'],
  'message.read recorded': ['incidentId', 'place', 'details.channel', 'details.message', 'details.text'],
  'message.edited recorded': ['incidentId', 'place', 'details.original', 'details.edited'],
  'message.deleted recorded': ['incidentId', 'place', 'details.original'],
  'message.unpinned recorded': ['incidentId', 'place', 'details.original'],
  'follow_up.reminded recorded': ['incidentId', 'place', 'details.followUp'],
  'follow_up.handed_over recorded': ['incidentId', 'place', 'details.followUp'],
  'follow_up.done recorded': ['incidentId', 'place', 'details.followUp'],
  'proposal.cancelled cancelled': ['plan', 'place', 'details.reason'],
  'proposal.expired expired': ['plan', 'place'],
  'approval.rejected denied approval': ['plan', 'place', 'runId', 'details.planHashSeen', 'details.reason'],
  'approval.expired expired approval': ['plan', 'place', 'runId'],
  'step.failed outcome approval': ['plan', 'place', 'runId', 'stepIndex', 'details.detail'],
  'step.failed verified': [
    ...['plan', 'place', 'attempt', 'answer', 'errorClass'],
    ...['verification.expected', 'verification.observed', 'verification.observedAt'],
  ],
  'step.accepted outcome': ['plan', 'place', 'attempt', 'answer'],
  'step.reconciled outcome': ['plan', 'place', 'attempt'],
  'run.failed outcome': ['plan', 'place', 'runId', 'reasonCode'],
  'run.undo_requested outcome': ['plan', 'place', 'runId'],
  'run.undone outcome': ['plan', 'place', 'runId', 'reasonCode'],
  'run.delayed outcome': ['plan', 'place', 'runId', 'stepId', 'reasonCode', 'details.lacks'],
  'run.resumed outcome': ['plan', 'place', 'runId'],
  'run.parked unknown': ['plan', 'place', 'runId', 'reasonCode', 'details.crashes'],
  'standstill.found recorded': ['target.system', 'target.resource', 'details.kind', 'details.text'],
  'standstill.ended recorded': ['target.system', 'target.resource', 'details.kind', 'details.text'],
  'break_glass.note_intended break_glass': ['plan', 'target.system', 'target.resource', 'breakGlass.reason'],
  'break_glass.noted break_glass': ['plan', 'target.system', 'target.resource', 'breakGlass.reason', 'details.detail'],
  'break_glass.overdue break_glass': ['plan', 'place', 'reasonCode', 'breakGlass.reason', 'breakGlass.reviewDue'],
  'break_glass.reviewed break_glass': [
    ...['plan', 'place', 'breakGlass.reviewer', 'breakGlass.reviewDone', 'details.verdict'],
  ],
  'refusals.counted auth_fail': ['reasonCode', 'target.system', 'target.resource', 'details.minute', 'details.count'],
  'credential.changed config_change': ['target.system', 'target.resource', 'details.change', 'details.keyId'],
  'surface.lost recorded': ['target.system', 'target.resource', 'details.detail'],
  'surface.recovered recorded': ['target.system', 'target.resource'],
  'outbox.retried recorded': ['target.system', 'target.resource', 'details.messages'],
  'jobs.retried recorded': ['target.system', 'target.resource', 'details.again'],
}

/** What a service leaves that starts, has its configuration changed by two people, and stops. */
export const REQUIRED_OF_SERVICE: Readonly<Record<string, readonly string[]>> = {
  'service.started log_start': [
    ...[
      'target.system',
      'target.resource',
      'details.roles',
      'details.configuration',
      'details.people',
      'details.catalog',
    ],
  ],
  'service.stopped log_stop': [
    ...[
      'target.system',
      'target.resource',
      'details.roles',
      'details.configuration',
      'details.people',
      'details.catalog',
    ],
  ],
  'audit.started log_start': ['target.system', 'target.resource', 'details.replica'],
  'audit.stopped log_stop': ['target.system', 'target.resource', 'details.replica'],
  'configuration.proposed config_change': ['target.system', 'target.resource', 'details.digest', 'details.parent'],
  'configuration.decided config_change': [
    ...['target.system', 'target.resource', 'details.decision', 'details.digestSeen', 'details.roles'],
  ],
  'configuration.accepted config_change': ['target.system', 'target.resource', 'policyVersion', 'details.files'],
}

/** What is seldom, or of the bot alone: its findings, a model's words, plans and versions that give way, archived months, a log that is not what was signed. */
export const REQUIRED_SELDOM: Readonly<Record<string, readonly string[]>> = {
  'cause.unknown recorded': ['incidentId', 'place'],
  'suspect.named recorded': ['incidentId', 'place', 'details.changeId', 'details.probability'],
  'summary.written recorded': [
    ...['incidentId', 'target.system', 'target.resource', 'model', 'details.kept', 'details.dropped'],
  ],
  'advice.given recorded': [
    ...['incidentId', 'target.system', 'target.resource', 'model', 'details.given', 'details.order', 'details.reason'],
  ],
  'proposal.superseded superseded': ['plan', 'place'],
  'configuration.superseded config_change': [
    ...['target.system', 'target.resource', 'details.digest', 'details.parent', 'details.reason'],
  ],
  'configuration.restored config_change': ['target.system', 'target.resource', 'details.digest', 'details.before'],
  'audit.archived log_stop': [
    ...['target.system', 'target.resource', 'details.before', 'details.file', 'details.sha256', 'details.months'],
    ...['details.entries', 'details.runs'],
  ],
  'audit.contradicted recorded': [
    ...['reasonCode', 'target.system', 'target.resource', 'details.reason', 'details.replica'],
  ],
}

/** Words of the same look that are no entries: jobs, actions that a policy allows, and what is on timelines alone. */
export const NO_ENTRIES: readonly string[] = [
  ...['run.advance', 'incident.refresh', 'incident.propose', 'proposal.preview', 'audit.review', 'clock.tick'],
  ...['break_glass.note', 'audit.export', 'configuration.decide', 'breakglass.review'],
  ...['alert.joined', 'alert.resolved', 'symptom.gone'],
]
