import { describe, expect, it } from '@jest/globals'
import { CATALOG } from '../triage/make-alerts.ts'
import { originEvidence } from '../../../src/orchestrator/refresh/origin-evidence.ts'
import type { Alert, Labels } from '../../../src/domain/alert.ts'

function fires(name: string, service: string | null, labels: Labels = {}): Alert {
  return {
    ...{ id: name, incidentId: 'INC-1', fingerprint: `${name} ${service ?? ''}`, source: 'alertmanager' },
    ...{ status: 'firing', name, service, environment: 'production', severity: 'SEV2', labels, annotations: {} },
    ...{ startsAt: new Date('2026-11-20T14:02:00Z'), endsAt: null, generatorUrl: null, repeats: 0 },
    lastSeenAt: new Date('2026-11-20T14:02:00Z'),
  }
}

function facts(alerts: readonly Alert[]): readonly string[] {
  return originEvidence('INC-1', alerts, CATALOG).map((piece) => piece.fact)
}

describe('the probable origin as evidence', () => {
  it('names the pod that shows most, with the reason, and what comes next', () => {
    const pod = { pod: 'payments-7', node: 'node-a' }
    const alerts = [
      fires('Memory', 'payments', pod),
      fires('Restarts', 'payments', pod),
      fires('Slow', 'payments', pod),
      fires('Slow', 'checkout'),
      fires('Slow', 'frontend'),
    ]

    expect(facts(alerts)).toEqual([
      'Probable origin: payments-7 (3 kinds of alert there, 2 nowhere else); then checkout, frontend',
    ])
  })

  it.each([
    ['one entity', [fires('Slow', 'checkout'), fires('Errors', 'checkout')]],
    ['what is alike', [fires('Slow', 'checkout'), fires('Slow', 'frontend')]],
    ['nothing that is known', [fires('Slow', null), fires('Slow', 'elsewhere')]],
  ])('says nothing of %s', (_name, alerts) => {
    expect(facts(alerts)).toEqual([])
  })

  it('keeps a name from outside on one line', () => {
    const pod = { pod: 'evil\n<!channel>' }

    expect(facts([fires('A', 'payments', pod), fires('B', 'payments', pod), fires('A', 'checkout')])[0]).not.toContain(
      '\n',
    )
  })
})
