import { sampleProposal, sampleRun, sampleRunStep, sampleView } from './sample-view.ts'
import type { IncidentView, RunStepView, RunView } from '../../../domain/incident-view.ts'

export interface SampleView {
  readonly name: string
  readonly view: IncidentView
}

type At = (minutes: number) => Date

/** One card for each thing that can be asked of whoever reads it; what is shown is made up, and nothing is stored. */
export function sampleViews(now: Date): readonly SampleView[] {
  const at: At = (minutes) => new Date(now.getTime() + minutes * 60_000)
  return [...beforeProposal(at), ...whileAsking(at), ...whileRunning(at), resolved(at), hostile(at)]
}

function beforeProposal(at: At): readonly SampleView[] {
  return [
    {
      name: 'Fresh: the first facts',
      view: sampleView(at, { suspects: [], isCollecting: true, commander: null, impact: [] }),
    },
    {
      name: 'Cause unknown',
      view: sampleView(at, {
        suspects: [],
        unknownCause: 'No change within 2 h before the onset.',
        noProposal: 'No playbook fits: rollback-bad-deploy needs a suspected deploy.',
        unreachable: ['argocd'],
      }),
    },
  ]
}

function whileAsking(at: At): readonly SampleView[] {
  const proposal = sampleProposal(at)
  const freeze = { environment: null, reason: 'end of quarter', until: at(95) }
  const own = { ...freeze, service: 'checkout', holds: 'run' } as const
  return [
    { name: 'Tier 3, one of two approvals', view: sampleView(at, { proposal, state: 'acknowledged' }) },
    { name: 'Asked about', view: sampleView(at, { proposal: askedAbout(at), state: 'acknowledged' }) },
    {
      name: 'The symptom is gone',
      view: sampleView(at, { proposal: { ...proposal, symptomGone: true }, quietSince: at(-3) }),
    },
    { name: 'Frozen', view: sampleView(at, { proposal, freezes: [own] }) },
    {
      name: 'Frozen: what only the undo acts on',
      view: sampleView(at, { proposal, freezes: [{ ...freeze, service: 'cart', holds: 'undo' }] }),
    },
    { name: 'Tier 4: shown, never run', view: sampleView(at, { proposal: neverRun(at) }) },
  ]
}

function askedAbout(at: At) {
  const cem = { person: 'cem@bank.example', personName: 'Cem Kaya', surface: 'teams' }
  const dana = { person: 'dana@bank.example', personName: 'Dana Weiss', surface: 'slack' }
  const answer = { ...dana, text: 'No: cart reads both formats since 2.12.', at: at(-2) }
  return sampleProposal(at, {
    questions: [
      { ...cem, number: 1, step: null, at: at(-3), text: 'Does cart need the new format?', answers: [answer] },
      { ...cem, number: 2, step: null, at: at(-1), text: 'Is the sale over?', answers: [] },
    ],
  })
}

function neverRun(at: At) {
  const rules = ['Countersign does not run it: do its steps by hand.']
  return sampleProposal(at, {
    tier: 4,
    tierReasons: ['It cannot be undone.', 'The whole account is disturbed.'],
    reversible: false,
    approvalsCounted: 0,
    decisions: [],
    canApprove: [],
    required: { ...sampleProposal(at).required, rules },
  })
}

function whileRunning(at: At): readonly SampleView[] {
  const proposal = sampleProposal(at, { state: 'approved', approvalsCounted: 2, closedAt: at(-2) })
  const running = (changes: Partial<RunView>, besides: Partial<IncidentView> = {}) =>
    sampleView(at, { proposal, run: sampleRun(at, changes), state: 'acknowledged', ...besides })
  const rolledBack = sampleRunStep({ state: 'done', outcome: 'succeeded', detail: 'Synced to 2.13.0.' })
  return [
    { name: 'Running', view: running({}) },
    {
      name: 'A step nobody knows about',
      view: running({
        state: 'unknown',
        detail: 'The answer of Argo CD was lost, and its history does not tell.',
        steps: [
          sampleRunStep({ state: 'unknown', detail: 'No answer within 30 s.' }),
          sampleRunStep({ id: 'healthy', uses: 'prometheus/assert' }),
        ],
      }),
    },
    {
      name: 'Succeeded',
      view: running(
        {
          state: 'succeeded',
          finishedAt: at(-1),
          steps: [rolledBack, check({ state: 'done', outcome: 'succeeded', detail: '0.2 % for 2 min.' })],
        },
        {
          quietSince: at(-2),
          alerts: { total: 3, distinct: 2, firing: 0 },
          followUps: ['Revert 2.14.0 in Git, then switch auto-sync on again: it is off since the rollback.'],
        },
      ),
    },
    {
      name: 'Failed, can be undone',
      view: running({
        state: 'failed',
        finishedAt: at(-1),
        canUndo: true,
        detail: 'healthy did not hold: 7.9 % stayed above 5 %.',
        steps: [rolledBack, check({ state: 'failed', outcome: 'failed', detail: '7.9 % after 5 min.' })],
      }),
    },
  ]
}

/** Both questions, one of them answered by some. */
function resolved(at: At): SampleView {
  const about = { question: 'cause', about: 'CHG-7', subject: 'deploy of checkout to 2.14.0' } as const
  const ran = { question: 'playbook', about: 'RUN-5', subject: 'rollback-bad-deploy' } as const
  return {
    name: 'Resolved: how it went',
    view: sampleView(at, {
      ...{ state: 'resolved', resolvedAt: at(-1), quietSince: at(-9), alerts: { total: 3, distinct: 2, firing: 0 } },
      proposal: sampleProposal(at, { state: 'approved', approvalsCounted: 2, closedAt: at(-8) }),
      run: sampleRun(at, { state: 'succeeded', finishedAt: at(-7), steps: [] }),
      feedback: [
        { ...about, counts: { yes: 2, no: 1, unsure: 1 } },
        { ...ran, counts: { yes: 0, no: 0, unsure: 0 } },
      ],
    }),
  }
}

function check(changes: Partial<RunStepView>): RunStepView {
  return sampleRunStep({ id: 'healthy', uses: 'prometheus/assert', ...changes })
}

const HOSTILE =
  '<!channel> <@U0001> <https://evil.example|https://argocd.bank.example> *bold* `code` <img src=x onerror=alert(1)> [link](https://evil.example) \u202Egnitoor\u202C {{DATE(2026-01-01,SHORT)}}'

function hostile(at: At): SampleView {
  const proposal = sampleProposal(at, { playbookTitle: HOSTILE, reasons: [HOSTILE] })
  const decisions = proposal.decisions.map((one) => ({ ...one, personName: HOSTILE, reason: HOSTILE }))
  const said = { person: 'cem@bank.example', personName: HOSTILE, text: HOSTILE, at: at(-1), surface: 'slack' }
  const questions = [{ ...said, number: 1, step: null, answers: [said] }]
  return {
    name: 'Hostile text',
    view: sampleView(at, {
      ...{ symptom: HOSTILE, title: HOSTILE, impact: [HOSTILE], commander: HOSTILE },
      proposal: { ...proposal, decisions, questions },
    }),
  }
}
