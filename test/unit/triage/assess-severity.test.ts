import { describe, expect, it } from '@jest/globals'
import { assessSeverity, worstSeverity } from '../../../src/triage/assess-severity.ts'
import type { Criticality } from '../../../src/domain/service-catalog.ts'

describe('the severity of an alert', () => {
  it.each<[string, Record<string, string>, Criticality | null, string]>([
    // A critical symptom hurts as much as the service matters.
    ['critical on the most critical service', { severity: 'critical' }, 1, 'SEV1'],
    ['critical on an ordinary one', { severity: 'critical' }, 2, 'SEV2'],
    ['critical on a minor one', { severity: 'critical' }, 4, 'SEV3'],
    ['warning', { severity: 'warning' }, 1, 'SEV3'],
    ['warning on a minor one', { severity: 'warning' }, 3, 'SEV4'],
    ['info', { severity: 'info' }, 1, 'SEV5'],
    // Other monitoring, other words.
    ['page', { severity: 'page' }, 1, 'SEV1'],
    ['upper case and space', { severity: ' ERROR ' }, 1, 'SEV2'],
    // Who says SEV or P means it.
    ['an explicit severity', { severity: 'sev4' }, 1, 'SEV4'],
    ['an explicit priority', { priority: 'P1' }, 4, 'SEV1'],
    // severity is looked at first; what it says in words nobody knows does not count.
    ['severity before priority', { severity: 'warning', priority: 'P1' }, 2, 'SEV3'],
    ['priority behind an unknown word', { severity: 'purple', priority: 'P2' }, 2, 'SEV2'],
    // Nothing said: something is wrong, nobody knows how much.
    ['nothing said', {}, 2, 'SEV3'],
    // Names of Object.prototype are no words of ours.
    ['a label that names a member of every object', { severity: 'constructor' }, 2, 'SEV3'],
    // Unknown services count as criticality 2.
    ['a service outside the catalog', { severity: 'critical' }, null, 'SEV2'],
  ])('%s', (_name, labels, criticality, severity) => {
    expect(assessSeverity(labels, criticality).severity).toBe(severity)
  })

  it('comes with its reason', () => {
    expect(assessSeverity({ severity: 'critical' }, null).reason.text).toBe(
      'The label severity says critical, and the service is not in the catalog and counts as criticality 2.',
    )
  })

  it('of several alerts is the worst', () => {
    expect(worstSeverity('SEV3', 'SEV1')).toBe('SEV1')
    expect(worstSeverity('SEV2', 'SEV4')).toBe('SEV2')
  })
})
