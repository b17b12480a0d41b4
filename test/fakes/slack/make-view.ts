import type {
  IncidentView,
  PlanStepView,
  ProposalView,
  RunStepView,
  RunView,
} from '../../../src/domain/incident-view.ts'

const AT = new Date('2026-11-21T10:04:00Z')
const later = (minutes: number) => new Date(AT.getTime() + minutes * 60_000)

/** An incident as it looks when its proposal waits for approval; every part can be replaced. */
export function makeView(changes: Partial<IncidentView> = {}): IncidentView {
  return {
    id: 'INC-12',
    title: 'HighErrorRate on checkout',
    service: 'checkout',
    environment: 'production',
    severity: 'SEV2',
    state: 'open',
    openedAt: later(1),
    onsetAt: AT,
    updatedAt: later(2),
    mitigatedAt: null,
    resolvedAt: null,
    quietSince: null,
    commander: 'Ana Ruiz',
    owner: 'team-payments',
    onCall: ['Bo Li'],
    alerts: { total: 3, distinct: 2, firing: 3 },
    symptom: '5xx 8.4 %',
    impact: ['Checkout fails for one customer in twelve.'],
    facts: [{ text: '5xx 8.4 % on checkout since 10:04 UTC.', evidence: ['EV-1'] }],
    summary: { source: 'facts', sentences: [{ text: '5xx 8.4 % on checkout since 10:04 UTC.', evidence: ['EV-1'] }] },
    suspects: [
      {
        changeId: '7',
        service: 'checkout',
        kind: 'deploy',
        at: later(-2),
        revision: '7f3c21aa9d0e',
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
    links: [{ title: 'Runbook', url: 'https://runbooks.example.com/checkout', host: 'runbooks.example.com' }],
    proposal: makeProposal(),
    run: null,
    runIds: [],
    noProposal: null,
    freezes: [],
    glass: null,
    followUps: [],
    feedback: [],
    isCollecting: false,
    unreachableSurfaces: [],
    mode: 'assist',
    consoleUrl: 'https://countersign.example.com/incidents/INC-12',
    ...changes,
  }
}

export function makeProposal(changes: Partial<ProposalView> = {}): ProposalView {
  return {
    id: 'PRO-3',
    state: 'pending',
    playbook: 'rollback-bad-deploy',
    playbookTitle: 'Roll the service back to the version before the suspected deploy',
    playbookDigest: 'd'.repeat(64),
    tier: 3,
    tierReasons: ['Novel: it has not yet succeeded on checkout.', 'Reversible, one service of criticality 1.'],
    planDigest: 'b'.repeat(64),
    planHash: 'abcdef01'.repeat(8),
    steps: [makeStep(), makeStep({ id: 'healthy', uses: 'prometheus/assert', isVerification: true, undo: null })],
    disturbed: ['checkout', 'cart'],
    blast: { layers: [['checkout'], ['cart']], edges: [{ service: 'checkout', dependant: 'cart' }] },
    reversible: true,
    requester: 'countersign',
    requesterName: 'Countersign',
    reasons: ['A deploy is the likely cause.'],
    required: {
      approvals: 2,
      role: 'approver',
      requesterMayApprove: false,
      fromOwningGroup: 1,
      owningGroup: 'team-payments',
      rules: ['2 approvals by people other than the requester, one of them from team-payments.'],
    },
    decisions: [
      {
        person: 'ana@bank.example',
        personName: 'Ana Ruiz',
        decision: 'approve',
        reason: null,
        at: later(4),
        surface: 'slack',
        withdrawn: false,
      },
    ],
    questions: [
      {
        ...{ number: 1, step: null, person: 'cem@bank.example', personName: 'Cem Kaya', surface: 'teams' },
        ...{ text: 'Does cart need the new format?', at: later(4) },
        answers: [
          {
            ...{ person: 'bo@bank.example', personName: 'Bo Li', surface: 'slack' },
            ...{ text: 'It reads both.', at: later(5) },
          },
        ],
      },
    ],
    approvalsCounted: 1,
    canApprove: ['Bo Li', 'Cem Kaya'],
    asksInputs: false,
    createdAt: later(3),
    expiresAt: later(18),
    closedAt: null,
    closedReason: null,
    symptomGone: false,
    canBreakGlass: false,
    ...changes,
  }
}

export function makeStep(changes: Partial<PlanStepView> = {}): PlanStepView {
  return {
    id: 'rollback',
    uses: 'argocd/rollback',
    with: { app: 'checkout', id: '41' },
    target: 'argocd payments/checkout',
    before: { historyId: '42' },
    isVerification: false,
    undo: 'Roll checkout back to 7f3c21a (history 42)',
    beforeText: 'history 42',
    preview: null,
    asks: null,
    sentence: 'Roll checkout back from 7f3c21a (history 42) to 1b22c0d (history 41)',
    ...changes,
  }
}

export function makeRun(changes: Partial<RunView> = {}): RunView {
  return {
    id: 'RUN-5',
    proposalId: 'PRO-3',
    state: 'running',
    direction: 'forward',
    startedAt: later(5),
    finishedAt: null,
    detail: null,
    steps: [
      makeRunStep({ id: 'rollback', state: 'done', outcome: 'succeeded', detail: 'Synced to 1b22c0d.' }),
      makeRunStep({ id: 'healthy', uses: 'prometheus/assert', state: 'sent' }),
    ],
    canUndo: false,
    approval: null,
    ...changes,
  }
}

export function makeRunStep(changes: Partial<RunStepView> = {}): RunStepView {
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
