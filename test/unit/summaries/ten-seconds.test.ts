import { fileURLToPath } from 'node:url'
import { describe, expect, it } from '@jest/globals'
import { dependentsOf } from '../../../src/domain/service-catalog.ts'
import { describeActivity } from '../../../src/orchestrator/view/describe-activity.ts'
import { describeSymptom } from '../../../src/summaries/describe-symptom.ts'
import { findLeftOut, placesOf, SIX, TEN_SECONDS_OF_WORDS } from '../../support/six-facts.ts'
import { loadSandbox } from '../../../src/sandbox/load-sandbox.ts'
import { MOST_WORDS, writeSummary } from '../../../src/summaries/write-summary.ts'
import { piece } from './make-evidence.ts'
import { playScenario, readPlaybooks } from '../../../src/cli/eval-scenarios.ts'
import { worstSeverity } from '../../../src/triage/assess-severity.ts'
import type { Incident } from '../../../src/domain/incident.ts'
import type { Judgement } from '../../../src/cli/eval/judge-sight.ts'
import type { JudgeMeans } from '../../../src/cli/eval/judge-incident.ts'
import type { Proposal } from '../../../src/domain/approval.ts'
import type { Run } from '../../../src/domain/run.ts'
import type { SixFacts } from '../../support/six-facts.ts'

const files = await loadSandbox(fileURLToPath(new URL('../../../sandbox', import.meta.url)))
const playbooks = await readPlaybooks()
const SEEDS = [1, 7, 42]

const STATES = ['new', 'judged', 'proposal waits', 'run under way', 'run succeeded', 'resolved'] as const
type State = (typeof STATES)[number]

/** What stands in the record of a story in one state: `judged` is a known suspect or an unknown cause, by the story. */
function tell({ service, alerts, scored, proposed }: Judgement, { catalog }: JudgeMeans, state: State) {
  const onsetAt = new Date(Math.min(...alerts.map((alert) => alert.startsAt.getTime())))
  const end = new Date(onsetAt.getTime() + 38 * 60_000)
  const isOver = state === 'resolved'
  const isQuiet = isOver || state === 'run succeeded'
  const isNew = state === 'new'
  const { suspects, unknownCause } = isNew ? { suspects: [], unknownCause: null } : scored
  const severity = alerts.map((alert) => alert.severity).reduce(worstSeverity)
  const where = { service, environment: 'production', severity, onsetAt, symptom: describeSymptom(alerts, '') }
  const work = workOn(proposed?.playbook ?? null, state, end)
  const text = writeSummary({
    ...where,
    ...{ quietSince: isQuiet ? end : null, isOver, asOf: end, isSeverityAssumed: false, isDisputed: false },
    alerts: countsOf(alerts, isQuiet),
    alertNames: [...new Set(alerts.map(({ name }) => name))],
    dependents: dependentsOf(catalog, service ?? ''),
    ...{ suspects, unknownCause, isCollecting: isNew, unreachable: [] },
    activity: describeActivity({ ...work, isStepAsked: false, commanderName: null, isCollecting: isNew, asOf: end }),
    evidence: isNew ? [] : measuredBy(alerts),
  })
  const change = suspects[0] ?? null
  const facts = { ...where, service: service ?? 'Unknown service', isQuiet, isOver, change, activity: toldOf(work) }
  return { text: text.map((sentence) => sentence.text).join(' '), facts }
}

function toldOf({ run, proposal }: ReturnType<typeof workOn>): SixFacts['activity'] {
  const id = run?.id ?? proposal?.id
  return id === undefined ? null : String.raw`${id}\)? `
}

function countsOf({ length }: Judgement['alerts'], isQuiet: boolean) {
  return { total: length, distinct: length, firing: isQuiet ? 0 : length }
}

function measuredBy([leading]: Judgement['alerts']) {
  const data = { alert: leading?.name ?? '', value: 0.0843, before: 0.00211 }
  return [piece('EV-1', 'metric', 'measured', { data })]
}

function workOn(playbook: string | null, state: State, end: Date) {
  const isOver = state === 'resolved'
  const incident = {
    ...{ id: 'INC-12', state: isOver ? 'resolved' : 'open' },
    ...{ mitigatedAt: null, resolvedAt: isOver ? end : null },
  } as Incident
  if (playbook === null || state === 'new' || state === 'judged') {
    return { incident, proposal: undefined, run: undefined, runProposal: undefined }
  }
  const proposal = {
    id: 'PRO-30',
    state: 'pending',
    closedAt: null,
    plan: { playbook: { name: playbook } },
  } as Proposal
  const runState = state === 'run under way' ? 'running' : 'succeeded'
  const run = { id: 'RUN-28', proposalId: 'PRO-30', direction: 'forward', state: runState } as Run
  return { incident, proposal, run: state === 'proposal waits' ? undefined : run, runProposal: proposal }
}

const told = [...files.scenarios.values()].flatMap((scenario) =>
  SEEDS.flatMap((seed) => {
    const { looks, means } = playScenario({ files, playbooks }, scenario, seed)
    const judgements = looks.at(-1)?.judgements ?? []
    return judgements.flatMap((judgement) =>
      STATES.map((state) => ({ state, scenario: scenario.name, seed, judgement, ...tell(judgement, means, state) })),
    )
  }),
)

describe('the facts of an incident', () => {
  it.each([...files.scenarios.keys()])('say all six of %s in ten seconds, in every state', (name) => {
    const own = told.filter(({ scenario }) => scenario === name)
    const faults = own.flatMap(({ state, seed, text, facts }) => {
      const left = findLeftOut(text, facts)
      return left.length === 0 ? [] : [{ state, seed, text, left }]
    })

    expect(own.length).toBeGreaterThanOrEqual(STATES.length * SEEDS.length)
    expect(faults).toEqual([])
  })

  it('were looked at with a known and an unknown cause, with a plan and without one', () => {
    const judged = told.filter(({ state }) => state === 'judged').map(({ judgement }) => judgement)

    expect(new Set(judged.map(({ scored }) => scored.suspects.length > 0))).toEqual(new Set([true, false]))
    expect(new Set(judged.map(({ proposed }) => proposed !== null))).toEqual(new Set([true, false]))
  })

  it('are held to what a tired person reads, and the symptom is whole in all of them', () => {
    expect(MOST_WORDS).toBe(TEN_SECONDS_OF_WORDS)
    expect(told.filter(({ text }) => text.includes('(truncated)'))).toEqual([])
  })
})

describe('a text that leaves one of the six out', () => {
  it.each(SIX)('is found out: %s', (name) => {
    for (const { text, facts } of told) {
      const cut = text.replace(placesOf(facts)[name], '…')
      expect(findLeftOut(cut, facts)).toEqual([name])
    }
  })

  it('is not excused by its length, and one word too many is found out', () => {
    const [{ text, facts }] = told as [(typeof told)[number]]

    expect(findLeftOut(`${'word '.repeat(TEN_SECONDS_OF_WORDS)}${text}`, facts)).toEqual(['too long'])
  })
})
