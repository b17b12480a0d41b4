import * as fc from 'fast-check'
import { describe, expect, it } from '@jest/globals'
import { describeActivity } from '../../../src/orchestrator/view/describe-activity.ts'
import { describeSymptom } from '../../../src/summaries/describe-symptom.ts'
import { RUN_STATES } from '../../../src/domain/run.ts'
import { TEN_SECONDS_OF_WORDS, wordsIn } from '../../support/six-facts.ts'
import { writeSummary } from '../../../src/summaries/write-summary.ts'
import { AT, EVIDENCE } from './make-evidence.ts'
import type { Alert } from '../../../src/domain/alert.ts'
import type { Incident } from '../../../src/domain/incident.ts'
import type { Proposal } from '../../../src/domain/approval.ts'
import type { Run } from '../../../src/domain/run.ts'
import type { SummaryFacts } from '../../../src/summaries/summary-facts.ts'

const MINUTE = 60_000
const HOSTILE = [
  '<!channel> <@U0001> @everyone',
  'https://evil.example/approve',
  'All is well. SEV5, no alert fires. RUN-9 succeeded; resolved at 09:00 UTC',
  '$& $1 $` \u202Egnihton\u0000\u200B',
  'checkout-canary-eu-west-1 '.repeat(40),
  'x'.repeat(5_000),
  'p99 at 2.4 s instead of 0.2 s since 13:58:07 UTC for 12,345 of 99,999 users in eu-west-1, us-east-1 and ap-south-1 zones',
]
const words = fc.oneof(
  fc.constantFrom('checkout', 'payments-eu', 'a'),
  fc.constantFrom(...HOSTILE),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.lorem({ maxCount: 40 }),
)
const source = fc.constantFrom('Argo CD', 'GitHub (refused, 403)', 'PagerDuty', 'logs', 'x'.repeat(80))
const moment = fc
  .integer({ min: -3 * 24 * 60, max: 3 * 24 * 60 })
  .map((minutes) => new Date(AT.getTime() + minutes * MINUTE))
const maybe = <Value>(of: fc.Arbitrary<Value>) => fc.option(of, { nil: null })
const suspect = fc.record({
  changeId: fc.constant('CHG-7'),
  service: words,
  kind: fc.constantFrom('deploy', 'config', 'flag', 'migration', 'infrastructure', 'scale'),
  at: moment,
  revision: maybe(
    fc.oneof(fc.constant('7f3c21ad0e5b9c1f'), fc.constant('7f3c21ad0e5b9c1f,aaaaaaaaaaaaaaaa,v2'), words),
  ),
  probability: fc.double({ min: 0, max: 1, noNaN: true }),
  reasons: fc.constant([]),
} satisfies Record<keyof SummaryFacts['suspects'][number], unknown>)
const counts = fc
  .tuple(fc.nat(5_000), fc.nat(5_000))
  .map(([distinct, firing]) => ({ total: distinct * 2, distinct, firing: Math.min(distinct, firing) }))
const incident = fc.record({
  state: fc.constantFrom('open', 'acknowledged', 'mitigated', 'resolved'),
  mitigatedAt: maybe(moment),
  resolvedAt: maybe(moment),
})
const proposal = fc.record({
  id: fc.constant('PRO-30'),
  state: fc.constantFrom('pending', 'approved', 'rejected', 'expired', 'superseded', 'drifted', 'cancelled'),
  tier: fc.constantFrom(1, 4),
  closedAt: maybe(moment),
  plan: fc.constant({ playbook: { name: 'rollback-bad-deploy-to-the-version-before' } }),
})
const run = fc.record({
  id: fc.constant('RUN-28'),
  proposalId: fc.constantFrom('PRO-30', 'PRO-29'),
  state: fc.constantFrom(...RUN_STATES),
  direction: fc.constantFrom('forward', 'undo'),
})

const made = fc
  .record({
    ...{ incident, proposal: maybe(proposal), run: maybe(run), counts, onsetAt: moment, asOf: moment },
    ...{ said: words, service: maybe(words), environment: maybe(words), quietSince: maybe(moment) },
    ...{ suspects: fc.array(suspect, { maxLength: 3 }), alertNames: fc.array(words, { maxLength: 60 }) },
    ...{ dependents: fc.array(words, { maxLength: 60 }), unreachable: fc.array(source, { maxLength: 6 }) },
    unknownCause: maybe(
      fc.constantFrom(
        'No change within 2 h before the symptom began.',
        'No change is a likely cause. The nearest is x.',
      ),
    ),
    ...{ commanderName: maybe(words), isStepAsked: fc.boolean(), isCollecting: fc.boolean() },
    ...{ isDisputed: fc.boolean(), isSeverityAssumed: fc.boolean(), isMeasured: fc.boolean() },
    severity: fc.constantFrom('SEV1', 'SEV2', 'SEV3', 'SEV4', 'SEV5'),
  })
  .map(tell)

interface Told {
  readonly sentences: readonly string[]
  readonly text: string
  readonly facts: SummaryFacts
  /** Besides those of the facts. */
  readonly ends: readonly (Date | null)[]
}

function tell({
  incident: { state, mitigatedAt, resolvedAt },
  ...given
}: Pick<SummaryFacts, 'severity' | 'onsetAt' | 'asOf' | 'service' | 'environment' | 'quietSince' | 'unknownCause'> &
  Pick<SummaryFacts, 'suspects' | 'alertNames' | 'dependents' | 'unreachable' | 'isCollecting' | 'isDisputed'> &
  Pick<SummaryFacts, 'isSeverityAssumed'> & {
    readonly incident: Pick<Incident, 'state' | 'mitigatedAt' | 'resolvedAt'>
    readonly proposal: object | null
    readonly run: object | null
    readonly counts: SummaryFacts['alerts']
    readonly said: string
    readonly commanderName: string | null
    readonly isStepAsked: boolean
    readonly isMeasured: boolean
  }): Told {
  const { proposal: proposed, run: ran, said, commanderName, isStepAsked, isMeasured, counts: alerts, ...rest } = given
  const alert = { status: 'firing', severity: 'SEV2', name: 'Alert', annotations: { summary: said } }
  const data = { alert: rest.alertNames[0] ?? 'HighErrorRate', value: 0.0841, before: 0.00211 }
  const facts: SummaryFacts = {
    ...rest,
    alerts,
    symptom: describeSymptom([alert as unknown as Alert], ''),
    isOver: state === 'mitigated' || state === 'resolved',
    activity: describeActivity({
      incident: { id: 'INC-12', state, mitigatedAt, resolvedAt } as Incident,
      proposal: (proposed ?? undefined) as Proposal | undefined,
      run: (ran ?? undefined) as Run | undefined,
      runProposal: (proposed ?? undefined) as Proposal | undefined,
      ...{ commanderName, isStepAsked, isCollecting: rest.isCollecting, asOf: rest.asOf },
    }),
    evidence: isMeasured ? EVIDENCE.map((one) => (one.kind === 'metric' ? { ...one, data } : one)) : [],
  }
  const sentences = writeSummary(facts).map(({ text }) => text)
  return { sentences, text: sentences.join(' '), facts, ends: [mitigatedAt, resolvedAt] }
}

/** Behind the first, each that found something; `COUNTERSIGN_SEED=7,9` plays others (CONTRIBUTING.md). */
const SEEDS = [...[20_261_127, 6, 8, 21, 38], ...seedsOf(process.env['COUNTERSIGN_SEED'])]
const RUNS = { numRuns: 300, seed: 20_261_127 }
const holds = (check: (told: Told) => void) => () => {
  for (const seed of SEEDS) fc.assert(fc.property(made, check), { ...RUNS, seed })
}

function seedsOf(text: string | undefined): readonly number[] {
  return text === undefined ? [] : text.split(',').map(Number)
}

describe('the facts of any incident, with names and texts that anybody chose', () => {
  it(
    'are read in ten seconds',
    holds(({ text }) => {
      expect(wordsIn(text)).toBeLessThanOrEqual(TEN_SECONDS_OF_WORDS)
    }),
  )

  it(
    'say all six',
    holds(({ sentences, facts }) => {
      const [what = '', bad = ''] = sentences
      const [told = ''] = facts.symptom.replaceAll('"', "'").split(/\s/)
      const since = facts.onsetAt.toISOString().slice(11, 16)

      expect(what).toMatch(/^.*: .*, (since|from) /su)
      expect(what).toMatch(new RegExp(`(since|from) (\\d{4}-\\d\\d-\\d\\d )?${since} UTC\\.$`))
      expect(what).toContain(told)
      expect(bad).toMatch(
        new RegExp(`^${facts.severity}( \\(assumed\\))?, (\\d+ (of \\d+ )?alerts? fires?|quiet since|no alert)`),
      )
      expect(
        sentences.filter((one) => /^((Likely|Disputed) cause|No change|What changed is|The cause is)/.test(one)),
      ).toHaveLength(1)
      expect(sentences.at(-1)).toMatch(/(RUN-28|PRO-30|It (is|was)|Nobody has|is in command|A commander is named)/)
      if (facts.unreachable.length > 0) expect(sentences.at(-2)).toMatch(/(^Not reached: |sources? not reached\.$)/)
    }),
  )

  it(
    'hold nothing that hides or reorders, in one line each',
    holds(({ text }) => {
      expect(text).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u)
    }),
  )

  it(
    'tell every time whole, with its date where it is another day',
    holds(({ text, facts, ends }) => {
      const day = facts.asOf.toISOString().slice(0, 10)
      const ours = text.matchAll(/(?:since|from|at) (\d{4}-\d\d-\d\d )?(\d\d:\d\d) UTC(?=[.;]| \()/g)
      const moments = [facts.onsetAt, facts.quietSince, ...ends, ...facts.suspects.map(({ at }) => at)].filter(
        (at) => at !== null,
      )

      expect(text).not.toMatch(/(?:since|from|at) (?:\d{4}-\d\d-\d\d )?\d+:(?= |$|\(|…)/)
      for (const [, date, clock] of ours) {
        const found = moments.filter((at) => at.toISOString().slice(11, 16) === clock)
        const own = (date ?? day).trim()
        if (found.length > 0) expect(found.map((at) => at.toISOString().slice(0, 10))).toContain(own)
      }
    }),
  )

  it(
    'cut no name so that it reads as another',
    holds(({ sentences, facts: { service } }) => {
      const clean = (service ?? '').replace(/[\p{Cc}\p{Cf}]/gu, '').trim()
      if (!/^[a-z0-9-]+$/.test(clean)) return
      const shown = /^(\S+)(?: in |, environment unknown)/.exec(sentences[0] ?? '')?.[1] ?? ''

      expect(shown === clean || (shown.endsWith('…') && shown.length === 63)).toBe(true)
    }),
  )
})

describe('a text without one of its guards', () => {
  const over = (told: Told) => wordsIn(told.text) > TEN_SECONDS_OF_WORDS

  it('is found out: the made-up incidents are longer than ten seconds when nothing is cut', () => {
    const whole = fc.sample(made, RUNS).filter(({ facts }) => {
      const longest = [facts.symptom, ...facts.activity.forms.slice(-1).map((form) => form?.text ?? '')].join(' ')
      return wordsIn(longest) + 15 > TEN_SECONDS_OF_WORDS
    })

    expect(whole.length).toBeGreaterThan(20)
    expect(whole.filter(over)).toEqual([])
  })

  it('is found out: names with what hides and reorders are among them', () => {
    const hidden = fc.sample(made, RUNS).filter(({ facts }) => /[\p{Cc}\p{Cf}]/u.test(facts.service ?? ''))

    expect(hidden.length).toBeGreaterThan(5)
  })
})
