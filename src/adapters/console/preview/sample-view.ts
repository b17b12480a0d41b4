import type { DecisionView, IncidentView, ProposalView, RunStepView, RunView } from '../../../domain/incident-view.ts'

/** Minutes from now, so that a sample is always fresh. */
type At = (minutes: number) => Date

const FACTS = [{ text: 'checkout in production: 5xx 8.4 % (was 0.2 %).', evidence: ['EV-31'] }]

export function sampleView(at: At, changes: Partial<IncidentView>): IncidentView {
  return {
    id: 'INC-12',
    title: 'HighErrorRate on checkout',
    service: 'checkout',
    environment: 'production',
    severity: 'SEV2',
    state: 'open',
    openedAt: at(-12),
    onsetAt: at(-13),
    updatedAt: at(-1),
    mitigatedAt: null,
    resolvedAt: null,
    quietSince: null,
    commander: 'Ana Ruiz',
    owner: 'team-payments',
    onCall: ['Ben Okafor'],
    alerts: { total: 3, distinct: 2, firing: 3 },
    symptom: '5xx 8.4 % (was 0.2 %)',
    impact: ['2 services depend on checkout: cart, web', 'Criticality 1 of 4, 1 the most critical'],
    facts: FACTS,
    summary: { source: 'facts', sentences: FACTS },
    suspects: [
      {
        changeId: 'CHG-7',
        service: 'checkout',
        kind: 'deploy',
        at: at(-15),
        revision: '2.14.0',
        probability: 0.82,
        reasons: [
          { feature: 'time', weight: 2.1, text: 'It ended 2 min before the onset.' },
          { feature: 'distance', weight: 1.4, text: 'It changed the service that shows the symptom.' },
          { feature: 'history', weight: -0.3, text: 'Deploys of checkout seldom fail.' },
        ],
      },
    ],
    unknownCause: null,
    unreachable: [],
    unreachableSurfaces: [],
    links: [{ title: 'Runbook', url: 'https://runbooks.example.com/checkout', host: 'runbooks.example.com' }],
    proposal: null,
    run: null,
    runIds: [],
    noProposal: null,
    freezes: [],
    glass: null,
    followUps: [],
    feedback: [],
    isCollecting: false,
    mode: 'assist',
    consoleUrl: 'https://countersign.example.com/incidents/INC-12',
    ...changes,
  }
}

const STEPS: ProposalView['steps'] = [
  {
    id: 'rollback',
    uses: 'argocd/rollback',
    with: { app: 'checkout', id: '41' },
    target: 'argocd checkout',
    before: { historyId: '42' },
    isVerification: false,
    undo: 'Roll checkout back to 2.14.0 (history 42)',
    beforeText: '',
    preview: null,
    asks: null,
    sentence: 'Roll checkout back from 2.14.0 (history 42) to 2.13.0 (history 41); auto-sync is switched off',
  },
  {
    id: 'healthy',
    uses: 'prometheus/assert',
    with: {},
    target: 'prometheus',
    before: null,
    isVerification: true,
    undo: null,
    beforeText: '',
    preview: null,
    asks: null,
    sentence: 'Check that the errors of checkout stay below 5 % for 2 min',
  },
]

const REQUIRED: ProposalView['required'] = {
  approvals: 2,
  role: 'approver',
  requesterMayApprove: false,
  fromOwningGroup: 1,
  owningGroup: 'team-payments',
  rules: [
    'Two approvals by two approvers other than the requester.',
    'One of them from team-payments, which owns the service.',
  ],
}

function approvalOfBen(at: At): DecisionView {
  return {
    person: 'ben@bank.example',
    personName: 'Ben Okafor',
    decision: 'approve',
    reason: null,
    at: at(-2),
    surface: 'slack',
    withdrawn: false,
  }
}

export function sampleProposal(at: At, changes: Partial<ProposalView> = {}): ProposalView {
  return {
    id: 'PRO-3',
    state: 'pending',
    playbook: 'rollback-bad-deploy',
    playbookTitle: 'Roll the service back to the version before the suspected deploy',
    playbookDigest: 'd'.repeat(64),
    tier: 3,
    tierReasons: [
      'It can be undone, and disturbs checkout, of criticality 1.',
      'This playbook has no record of success here: one more, at most 3.',
    ],
    planDigest: 'b'.repeat(64),
    planHash: 'abcdef01'.repeat(8),
    steps: STEPS,
    blast: { layers: [['checkout'], ['web']], edges: [{ service: 'checkout', dependant: 'web' }] },
    disturbed: ['checkout'],
    reversible: true,
    requester: 'countersign',
    requesterName: 'Countersign',
    reasons: ['The alert HighErrorRate fits.', 'The leading suspect is CHG-7 (deploy of checkout, 82 %).'],
    required: REQUIRED,
    decisions: [approvalOfBen(at)],
    questions: [],
    approvalsCounted: 1,
    canApprove: ['Ana Ruiz', 'Cem Kaya'],
    createdAt: at(-5),
    expiresAt: at(10),
    closedAt: null,
    closedReason: null,
    symptomGone: false,
    canBreakGlass: false,
    asksInputs: false,
    ...changes,
  }
}

export function sampleRun(at: At, changes: Partial<RunView>): RunView {
  return {
    id: 'RUN-5',
    proposalId: 'PRO-3',
    state: 'running',
    direction: 'forward',
    startedAt: at(-2),
    finishedAt: null,
    detail: null,
    steps: [
      sampleRunStep({ state: 'done', outcome: 'succeeded', detail: 'Synced to 2.13.0.' }),
      sampleRunStep({ id: 'healthy', uses: 'prometheus/assert', state: 'sent' }),
    ],
    canUndo: false,
    approval: null,
    ...changes,
  }
}

export function sampleRunStep(changes: Partial<RunStepView>): RunStepView {
  return {
    id: 'rollback',
    uses: 'argocd/rollback',
    direction: 'forward',
    state: 'pending',
    outcome: null,
    attempts: 1,
    startedAt: null,
    finishedAt: null,
    detail: null,
    ending: null,
    ...changes,
  }
}
