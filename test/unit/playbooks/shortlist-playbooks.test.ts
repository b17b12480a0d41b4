import { describe, expect, it } from '@jest/globals'
import { ACTION_NAMES } from '../../../src/domain/action.ts'
import { parsePlaybook } from '../../../src/playbooks/parse-playbook.ts'
import { selectPlaybooks } from '../../../src/playbooks/select-playbook.ts'
import { shortlistPlaybooks } from '../../../src/playbooks/shortlist-playbooks.ts'
import { CONTRACT_EXAMPLE } from './contract-example.ts'
import type { Alert } from '../../../src/domain/alert.ts'
import type { PastRun } from '../../../src/domain/past-run.ts'
import type { Playbook } from '../../../src/domain/playbook.ts'
import type { ShortlistFacts } from '../../../src/playbooks/shortlist-playbooks.ts'
import type { Suspect } from '../../../src/domain/change-event.ts'

function playbook(change: (text: string) => string = (text) => text): Playbook {
  const parsed = parsePlaybook({ file: 'p.yaml', text: change(CONTRACT_EXAMPLE) })
  if (parsed.playbook === undefined) throw new Error(JSON.stringify(parsed.problems))
  return parsed.playbook
}

const ROLLBACK = playbook()
/** The same without a change, for any critical alert. */
const GENERAL = playbook((text) =>
  text
    .replace('name: rollback-bad-deploy', 'name: general')
    .replace(`'alertname=~"HighErrorRate|HighLatency"', `, '')
    .replace('    change: deploy\n', ''),
)

function alert(labels: Record<string, string>, status: Alert['status'] = 'firing'): Alert {
  return {
    id: '1',
    incidentId: 'INC-1',
    fingerprint: 'f',
    source: 'alertmanager',
    status,
    name: labels['alertname'] ?? 'Alert',
    service: 'checkout',
    environment: 'production',
    severity: 'SEV2',
    labels,
    annotations: {},
    startsAt: new Date(0),
    endsAt: null,
    generatorUrl: null,
    repeats: 0,
    lastSeenAt: new Date(0),
  }
}
const ERRORS = alert({ alertname: 'HighErrorRate', severity: 'critical' })

function suspect(probability: number, kind: Suspect['kind'] = 'deploy'): Suspect {
  return { changeId: 'CHG-1', service: 'checkout', kind, at: new Date(0), revision: 'r', probability, reasons: [] }
}

function shortlist(facts: Partial<ShortlistFacts>) {
  return shortlistPlaybooks({
    playbooks: [GENERAL, ROLLBACK],
    alerts: [ERRORS],
    suspects: [suspect(0.83)],
    unknownCause: null,
    available: ACTION_NAMES,
    ...{ past: [], service: 'checkout', placeOf: (service) => ({ service, owner: null, criticality: null }) },
    now: new Date(0),
    ...facts,
  })
}
function success(name: string): PastRun {
  const where = { service: 'checkout', owner: null, criticality: null }
  return { playbook: name, ...where, outcome: 'succeeded', helped: 0, didNotHelp: 0, at: new Date(0) }
}
const reasonsFor = (name: string, facts: Partial<ShortlistFacts>) =>
  shortlist(facts).unfit.find(({ playbook: { name: own } }) => own === name)?.reasons

describe('the shortlist', () => {
  it('puts what acts on the suspected change first, with its reasons', () => {
    const { fits, unfit } = shortlist({})

    expect(fits.map((fit) => fit.playbook.name)).toEqual(['rollback-bad-deploy', 'general'])
    expect(fits[0]?.reasons).toEqual([
      'The alert HighErrorRate fits alertname=~"HighErrorRate|HighLatency" and severity="critical".',
      'The leading suspect is CHG-1 (deploy of checkout, 83 %).',
    ])
    expect(unfit).toEqual([])
  })

  it('wants all matchers to hold for one alert, not one each', () => {
    const alerts = [
      alert({ alertname: 'HighErrorRate', severity: 'warning' }),
      alert({ alertname: 'DiskFull', severity: 'critical' }),
    ]
    expect(reasonsFor('rollback-bad-deploy', { alerts })).toEqual([
      'No alert of this incident fits alertname=~"HighErrorRate|HighLatency" and severity="critical".',
    ])
  })

  it.each([
    ['no change is suspected', { suspects: [] }, /needs a suspected deploy, and no change is suspected\.$/],
    [
      'the cause is unknown for a reason',
      { suspects: [], unknownCause: 'No change within 2 h before onset.' },
      /and no change within 2 h before onset\.$/,
    ],
    [
      'the leading suspect is of another kind',
      { suspects: [suspect(0.9, 'config'), suspect(0.6)] },
      /the leading suspect is CHG-1 \(config/,
    ],
    ['the leading suspect is less likely than not', { suspects: [suspect(0.49)] }, /49 %\) is below 50 %\.$/],
    ['an action is not configured here', { available: ['prometheus/assert' as const] }, /cannot run argocd\/rollback/],
  ])('leaves a rollback out when %s', (_, facts, expected) => {
    expect(reasonsFor('rollback-bad-deploy', facts)?.at(-1)).toMatch(expected)
  })

  it('proposes a rollback from exactly the stated confidence on', () => {
    expect(reasonsFor('rollback-bad-deploy', { suspects: [suspect(0.5)] })).toBeUndefined()
  })

  it('asks for four to one where the changed service shows no symptom of its own and others do', () => {
    const elsewhere = { ...ERRORS, service: 'web' }
    const reasons = (probability: number, alerts: readonly Alert[], because: Suspect['reasons'] = []) =>
      reasonsFor('rollback-bad-deploy', { alerts, suspects: [{ ...suspect(probability), reasons: because }] })
    const reading = (weight: number) => [{ feature: 'comparison', weight, text: 'Its new instances.' }]

    expect(reasons(0.79, [elsewhere])?.at(-1)).toMatch(
      /79 %\) is below the 80 % that a service without a symptom of its own needs\.$/,
    )
    expect(reasons(0.79, [elsewhere], reading(-1))).toBeDefined()
    expect(reasons(0.8, [elsewhere])).toBeUndefined()
    expect(reasons(0.79, [elsewhere], reading(1))).toBeUndefined()
    expect(reasons(0.79, [elsewhere, { ...ERRORS, labels: {} }])).toBeUndefined()
    expect(reasons(0.79, [{ ...ERRORS, service: null }])).toBeUndefined()
  })

  it('prefers what has succeeded here before, then the name, and never the order of the files', () => {
    const other = { ...GENERAL, name: 'another' }
    const names = (facts: Partial<ShortlistFacts>) => shortlist(facts).fits.map((fit) => fit.playbook.name)

    expect(names({ playbooks: [GENERAL, other] })).toEqual(['another', 'general'])
    expect(names({ playbooks: [other, GENERAL], past: [success('general')] })).toEqual(['general', 'another'])
  })

  it('trusts what acts on another service than the alert is of less than it takes to be proposed', () => {
    const elsewhere = [{ ...ERRORS, service: 'payments' }]
    const { candidates, held } = selectPlaybooks(shortlist({ playbooks: [GENERAL], alerts: elsewhere, suspects: [] }))
    const own = selectPlaybooks(shortlist({ playbooks: [GENERAL], suspects: [] }))

    expect(candidates).toEqual([])
    expect(held[0]?.reasons[0]).toMatch(/below 40 % nothing is proposed/)
    expect(own.candidates.map((fit) => fit.playbook.name)).toEqual(['general'])
  })

  it('goes by the alert of the service that it acts on, though an older one of another service fits too', () => {
    const alerts = [{ ...ERRORS, service: 'payments' }, ERRORS]
    const [fit] = shortlist({ playbooks: [GENERAL], alerts, suspects: [] }).fits

    expect(fit?.alert?.service).toBe('checkout')
    expect(fit?.reasons.join(' ')).not.toMatch(/But it is of/)
  })

  it('never chooses by itself what names neither alerts nor a change', () => {
    const asked = { ...GENERAL, name: 'asked', match: { alerts: [], change: null } }
    expect(reasonsFor('asked', { playbooks: [asked] })).toEqual([
      'It names no alerts and no change, so it runs only when somebody asks for it.',
    ])
  })
})
