import { describe, expect, it } from '@jest/globals'
import { EVIDENCE, piece } from './make-evidence.ts'
import { listGaps } from '../../../src/summaries/list-gaps.ts'
import { makeRun, makeRunStep, makeView } from '../../fakes/slack/make-view.ts'
import type { Evidence } from '../../../src/domain/evidence.ts'
import type { Gap } from '../../../src/summaries/list-gaps.ts'
import type { IncidentView } from '../../../src/domain/incident-view.ts'

interface Case {
  readonly what: string
  readonly view?: Partial<IncidentView>
  readonly evidence?: readonly Evidence[]
  readonly says: string
}

const firing = (count: number, total = 2) => ({ alerts: { total, distinct: total, firing: count } })
const [suspect] = makeView().suspects
const BAD = '7f3c21aa9d0e'
const OTHER = '1b22e0f4aa5b'

const deployState = (revision: string) =>
  piece('EV-7', 'deploy_state', 'checkout runs', { source: 'Argo CD', data: { service: 'checkout', revision } })
const alertPiece = (count: number) =>
  piece('EV-8', 'alert', 'HighErrorRate fires', { data: { name: 'HighErrorRate', firing: count, total: 1 } })
const measured = (value: number, limit = '> 0.05') =>
  piece('EV-9', 'metric', 'what it measures', {
    data: {
      alert: 'HighErrorRate',
      limit,
      points: [
        [1, 0.5],
        [2, value],
      ],
    },
  })

const linesOf = (kind: Gap['kind'], { view = {}, evidence = EVIDENCE }: Omit<Case, 'says' | 'what'>) =>
  listGaps(makeView(view), evidence).flatMap((gap) => (gap.kind === kind ? [gap.text] : []))

/** T48: what does not go together is listed as such. */
describe('a contradiction', () => {
  const CASES: readonly Case[] = [
    {
      what: 'mitigated, and alerts fire',
      view: { state: 'mitigated', ...firing(2) },
      says: 'INC-12 is mitigated, and 2 alerts still fire.',
    },
    {
      what: 'resolved, and one alert fires',
      view: { state: 'resolved', ...firing(1) },
      says: 'INC-12 is resolved, and 1 alert still fires.',
    },
    {
      what: 'open, and nothing fires',
      view: { state: 'open', ...firing(0) },
      says: 'INC-12 is open, and none of its alerts fires any more.',
    },
    {
      what: 'a run that succeeded, and alerts fire',
      view: { run: makeRun({ state: 'succeeded', direction: 'forward' }), ...firing(2) },
      says: 'RUN-5 succeeded, and 2 alerts still fire.',
    },
    {
      what: 'a deploy, and another version that runs',
      evidence: [deployState(OTHER)],
      says: '7 brought 7f3c21a to checkout, and Argo CD says that 1b22e0f runs there.',
    },
    {
      what: 'an alert that fires, and a number that is fine',
      evidence: [alertPiece(1), measured(0.002)],
      says: 'HighErrorRate fires, and what it measures is 0.002 at 14:02 UTC; it fires when that is > 0.05.',
    },
    {
      what: 'an alert that is resolved, and a number that is not',
      evidence: [alertPiece(0), measured(0.2)],
      says: 'HighErrorRate is resolved, and what it measures is 0.2 at 14:02 UTC; it fires when that is > 0.05.',
    },
    {
      what: 'a database that is said to be down, and answers',
      evidence: [alertPiece(1), measured(1, '== 0')],
      says: 'HighErrorRate fires, and what it measures is 1 at 14:02 UTC; it fires when that is == 0.',
    },
  ]

  it.each(CASES)('is listed: $what', ({ says, ...record }) => {
    expect(linesOf('contradiction', record)).toEqual([says])
  })

  it.each<Omit<Case, 'says'>>([
    { what: 'open, and alerts fire', view: firing(2) },
    { what: 'mitigated, and nothing fires', view: { state: 'mitigated', ...firing(0) } },
    { what: 'declared by hand, without alerts', view: firing(0, 0) },
    { what: 'a run that takes back', view: { run: makeRun({ state: 'succeeded', direction: 'undo' }), ...firing(2) } },
    { what: 'a run that failed', view: { run: makeRun({ state: 'failed' }), ...firing(2) } },
    { what: 'the version that the deploy brought', evidence: [deployState(BAD)] },
    { what: 'the same commit, cut', evidence: [deployState(BAD.slice(0, 7))] },
    { what: 'a tag, which may mean that commit', evidence: [deployState('v2.14.0')] },
    { what: 'another version after a run of ours', view: { run: makeRun() }, evidence: [deployState(OTHER)] },
    {
      what: 'another version of another service',
      view: { suspects: [{ ...suspect!, service: 'payments' }] },
      evidence: [deployState(OTHER)],
    },
    { what: 'an alert and its number', evidence: [alertPiece(1), measured(0.2)] },
    { what: 'an alert that is over, and its number', evidence: [alertPiece(0), measured(0.002)] },
    { what: 'a number without an alert', evidence: [measured(0.2)] },
    { what: 'a rule that compares nothing', evidence: [alertPiece(1), piece('EV-9', 'metric', 'x')] },
  ])('is none: $what', ({ view, evidence }) => {
    expect(linesOf('contradiction', { ...(view && { view }), ...(evidence && { evidence }) })).toEqual([])
  })
})

describe('a gap', () => {
  const CASES: readonly Case[] = [
    { what: 'sources still being read', view: { isCollecting: true }, says: 'The sources are still being read.' },
    {
      what: 'sources out of reach',
      view: { unreachable: ['Argo CD', 'GitHub'] },
      says: 'Argo CD and GitHub could not be asked.',
    },
    { what: 'no service', view: { service: null }, says: 'No service is named.' },
    {
      what: 'no cause',
      view: { suspects: [], unknownCause: 'No change was found.' },
      says: 'The cause is unknown: No change was found.',
    },
    { what: 'no number', evidence: [], says: 'No metric is on record, so how bad it is rests on the alerts.' },
    { what: 'nobody in command', view: { commander: null }, says: 'Nobody has taken command.' },
    {
      what: 'a step of which nobody knows what became',
      view: { run: makeRun({ steps: [makeRunStep({ state: 'unknown' })] }) },
      says: 'What became of a step of RUN-5 is unknown.',
    },
  ]

  it.each(CASES)('is listed: $what', ({ says, ...record }) => {
    expect(linesOf('gap', record)).toEqual([says])
  })

  it('is none where all is known', () => {
    expect(linesOf('gap', {})).toEqual([])
  })
})
