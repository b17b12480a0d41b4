import { describe, expect, it } from '@jest/globals'
import { ONSET, alertOn, change, input, minutesBefore } from './make-incident.ts'
import { scoreSuspects } from '../../../src/changes/score-suspects.ts'
import type { ChangeEvent } from '../../../src/domain/change-event.ts'

const probabilityOf = (subject: ChangeEvent, rest: Omit<Parameters<typeof input>[0], 'changes'> = {}) =>
  scoreSuspects(input({ ...rest, changes: [subject] })).considered[0]?.probability ?? 0

describe('the plain cases', () => {
  it('names the deploy of the failing service five minutes before the symptom', () => {
    const deploy = change({ finishedAt: minutesBefore(4), outcome: 'succeeded' })

    const { suspects, unknownCause } = scoreSuspects(input({ changes: [deploy] }))

    expect(unknownCause).toBeNull()
    expect(suspects[0]?.changeId).toBe(deploy.id)
    expect(suspects[0]?.probability).toBeGreaterThan(0.9)
    expect(suspects[0]?.reasons.map((reason) => reason.text)).toEqual([
      'It was done 4 min before the symptom began.',
      'It changed checkout itself, where the symptom is.',
      'It is a deploy, the most common cause among changes.',
      'It was fully rolled out before the symptom began.',
    ])
  })

  it('does not name a nearby innocent deploy of the service that depends on the failing one', () => {
    const innocent = change({ service: 'checkout', at: minutesBefore(3) })
    const alerts = [alertOn('checkout'), alertOn('payments')]

    const { suspects, unknownCause } = scoreSuspects(input({ changes: [innocent], alerts, service: 'checkout' }))

    expect(suspects).toEqual([])
    expect(unknownCause).toContain(
      'checkout depends on payments, not the other way, so its own alerts follow from there.',
    )
  })

  it('does not name a deploy of something that the failing service does not use', () => {
    const { suspects, unknownCause } = scoreSuspects(input({ changes: [change({ service: 'reports' })] }))

    expect(suspects).toEqual([])
    expect(unknownCause).toContain('checkout does not depend on reports.')
  })

  it('names the deploy of the dependency and not the closer one of the dependant', () => {
    const cause = change({ service: 'payments', at: minutesBefore(10) })
    const innocent = change({ service: 'frontend', at: minutesBefore(2) })

    const { suspects } = scoreSuspects(input({ changes: [innocent, cause] }))

    expect(suspects[0]?.changeId).toBe(cause.id)
  })

  it('says that the cause is unknown when nothing changed', () => {
    const { suspects, unknownCause } = scoreSuspects(input({ changes: [] }))

    expect(suspects).toEqual([])
    expect(unknownCause).toBe('No change within 2 h before the symptom began.')
  })

  it('leaves out what began after the symptom, and what was done before the look-back', () => {
    const after = change({ at: new Date(ONSET.getTime() + 120_000) })
    const longAgo = change({ at: minutesBefore(121) })

    expect(scoreSuspects(input({ changes: [after, longAgo] })).considered).toEqual([])
  })

  it('takes a rollback in the seconds after the symptom for an answer to it, never for the cause', () => {
    const bad = change({ at: minutesBefore(1) })
    const back = change({ at: new Date(ONSET.getTime() + 20_000), revision: '1b22e0f4aa', previous: null })
    const byUs = change({ at: new Date(ONSET.getTime() + 45_000), revision: 'v9.9.9', previous: null })

    const { considered } = scoreSuspects(input({ changes: [bad, back, byUs] }))

    expect(considered.map((suspect) => suspect.changeId)).toEqual([bad.id])
  })

  it('still looks at a change that seems to begin seconds after the symptom, since clocks differ', () => {
    const skewed = change({ at: new Date(ONSET.getTime() + 5_000) })

    expect(scoreSuspects(input({ changes: [skewed] })).suspects[0]?.changeId).toBe(skewed.id)
  })

  it('keeps a long rollout that was still under way when the symptom began', () => {
    const canary = change({
      at: minutesBefore(180),
      finishedAt: new Date(ONSET.getTime() + 600_000),
      outcome: 'succeeded',
    })

    expect(scoreSuspects(input({ changes: [canary] })).suspects[0]?.probability).toBeGreaterThan(0.9)
  })

  it('does not name a change when no alert names a service', () => {
    expect(scoreSuspects(input({ changes: [change()], alerts: [alertOn(null)], service: null })).suspects).toEqual([])
  })

  it('prefers the last of two deploys and still shows the other', () => {
    const first = change({ at: minutesBefore(25) })
    const second = change({ at: minutesBefore(5) })

    const { suspects } = scoreSuspects(input({ changes: [first, second] }))

    expect(suspects.map((suspect) => suspect.changeId)).toEqual([second.id, first.id])
    expect(suspects[0]?.reasons.at(-1)?.text).toBe('Another change competes with it.')
  })
})

describe('what raises or lowers a suspicion', () => {
  const plain = probabilityOf(change())

  it.each([
    [
      'the alert names the version it brought',
      { alerts: [alertOn('checkout', { summary: 'pod checkout:7f3c21a fails' })] },
    ],
    ['earlier changes of the service failed often', { past: recordOf(8, 6) }],
  ])('more likely when %s', (_name, rest) => {
    expect(probabilityOf(change(), rest)).toBeGreaterThan(plain)
  })

  it.each([
    ['the alert names the version it replaced', { alerts: [alertOn('checkout', { summary: 'version 1b22e0f4aa' })] }],
    ['earlier changes of the service all went well', { past: recordOf(20, 0) }],
  ])('less likely when %s', (_name, rest) => {
    expect(probabilityOf(change(), rest)).toBeLessThan(plain)
  })

  it.each<[string, Partial<ChangeEvent>]>([
    ['it is rolled back already', { outcome: 'rolled_back' }],
    ['it failed before', { outcome: 'failed', finishedAt: minutesBefore(5) }],
    ['it was in another environment', { environment: 'staging' }],
    ['it deployed what ran already', { previous: { id: '41', revision: '7f3c21a9d0' } }],
    ['it only changed the scale', { kind: 'scale' }],
  ])('less likely when %s', (_name, part) => {
    expect(probabilityOf(change(part))).toBeLessThan(plain)
  })

  it('is not less likely because it was rolled back after the symptom began', () => {
    const back = change({ revision: '1b22e0f4aa', at: new Date(ONSET.getTime() + 600_000) })

    expect(probabilityOf(change({ outcome: 'rolled_back' }), { past: [back] })).toBe(plain)
  })

  it('more likely when it was fully rolled out', () => {
    expect(probabilityOf(change({ outcome: 'succeeded', finishedAt: minutesBefore(5) }))).toBeGreaterThan(plain)
  })

  it.each(['prod', 'Production', null])('takes %s and production for the same environment', (environment) => {
    expect(probabilityOf(change({ environment }))).toBe(plain)
  })

  it('does not take a short or common word for a version', () => {
    const alerts = [alertOn('checkout', { summary: 'main is down since 1' })]

    expect(probabilityOf(change({ revision: 'main' }), { alerts })).toBe(plain)
  })
})

function recordOf(total: number, bad: number): readonly ChangeEvent[] {
  return Array.from({ length: total }, (_, index) =>
    change({ at: minutesBefore(1_000 + index), outcome: index < bad ? 'rolled_back' : 'succeeded' }),
  )
}
