import { describe, expect, it } from '@jest/globals'
import { closedAt, mayTakeFiringAlert } from '../../../src/triage/symptom-state.ts'
import { alertName, describeSymptom } from '../../../src/triage/describe-symptom.ts'
import { fingerprintAlert } from '../../../src/triage/fingerprint.ts'
import { mapLabels } from '../../../src/triage/map-labels.ts'
import { incident, minutesAgo, NOW } from './make-alerts.ts'

const MAPPING = { service: ['service', 'app', 'job'], environment: ['environment', 'env'] }

describe('the fingerprint of an alert', () => {
  const labels = { alertname: 'HighErrorRate', service: 'checkout' }
  const base = fingerprintAlert('alertmanager', labels)

  it.each([
    ['the order of labels', { service: 'checkout', alertname: 'HighErrorRate' }],
    // Two Prometheus servers that watch the same thing.
    ['who saw it', { ...labels, prometheus_replica: 'b', prometheus: 'eu-1' }],
    ['internal labels', { ...labels, __tenant__: 'x' }],
    // Prometheus does not tell an empty label from an absent one.
    ['an empty label', { ...labels, pod: '' }],
  ])('does not depend on %s', (_name, other) => {
    expect(fingerprintAlert('alertmanager', other)).toBe(base)
  })

  it.each([
    ['a value', { ...labels, service: 'payments' }],
    ['a further label', { ...labels, instance: 'a:9090' }],
    // Separators inside values must not make two alerts one.
    ['where a value ends', { alertname: 'HighErrorRate","service":"checkout' }],
  ])('depends on %s', (_name, other) => {
    expect(fingerprintAlert('alertmanager', other)).not.toBe(base)
  })

  it('depends on the source', () => {
    expect(fingerprintAlert('grafana', labels)).not.toBe(base)
  })
})

describe('service and environment of an alert', () => {
  it.each([
    ['the first label that is there', { app: 'b', service: 'a' }, { service: 'a', environment: null }],
    ['not an empty one', { service: ' ', app: 'b', env: 'prod' }, { service: 'b', environment: 'prod' }],
    ['nothing when nothing is said', { team: 'x' }, { service: null, environment: null }],
    ['no inherited name', { job: 'j' }, { service: 'j', environment: null }],
  ])('%s', (_name, labels, mapped) => {
    expect(mapLabels(labels as unknown as Record<string, string>, MAPPING)).toEqual(mapped)
  })

  it('does not read what every object has', () => {
    expect(mapLabels({}, { service: ['constructor'], environment: ['toString'] })).toEqual({
      service: null,
      environment: null,
    })
  })
})

describe('what one sees', () => {
  it.each([
    ['name and summary', { alertname: 'HighErrorRate' }, { summary: '5xx at 8.4 %' }, 'HighErrorRate: 5xx at 8.4 %'],
    ['the description without a summary', { alertname: 'Down' }, { description: 'no answer' }, 'Down: no answer'],
    ['the name alone', { alertname: 'Down' }, {}, 'Down'],
    ['the name once', { alertname: 'Down' }, { summary: 'down' }, 'Down'],
    ['a summary that begins with the name', { alertname: 'Down' }, { summary: 'Down for 5m' }, 'Down for 5m'],
    ['something when nothing is said', {}, {}, 'Unnamed alert'],
    ['one line without tricks', { alertname: 'A\nB' }, { summary: '\u202Eevil\0' }, 'A B: evil\uFFFD'],
  ])('%s', (_name, labels, annotations, title) => {
    expect(describeSymptom(labels as Record<string, string>, annotations as Record<string, string>)).toBe(title)
  })

  it('is cut where it is too long', () => {
    expect(describeSymptom({ alertname: 'A' }, { summary: 'x'.repeat(1_000) })).toHaveLength(200)
    expect(alertName({ alertname: 'x'.repeat(1_000) })).toHaveLength(120)
  })
})

describe('an incident and an alert that fires', () => {
  it.each([
    ['open', incident().incident, true],
    ['acknowledged', incident({ state: 'acknowledged' }).incident, true],
    ['mitigated within the window', incident({ state: 'mitigated', mitigatedAt: minutesAgo(5) }).incident, true],
    ['mitigated before it', incident({ state: 'mitigated', mitigatedAt: minutesAgo(5.1) }).incident, false],
    ['resolved within the window', incident({ state: 'resolved', resolvedAt: minutesAgo(1) }).incident, true],
    ['resolved before it', incident({ state: 'resolved', resolvedAt: minutesAgo(99) }).incident, false],
  ])('%s', (_name, one, takes) => {
    expect(mayTakeFiringAlert(one, NOW, 5 * 60_000)).toBe(takes)
  })

  it('was closed when its own state says so, not an earlier one', () => {
    const one = incident({ state: 'resolved', mitigatedAt: minutesAgo(30), resolvedAt: minutesAgo(2) }).incident

    expect(closedAt(one)).toEqual(minutesAgo(2))
  })
})
