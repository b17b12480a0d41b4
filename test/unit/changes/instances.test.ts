import { describe, expect, it } from '@jest/globals'
import { change, input, minutesBefore, ONSET } from './make-incident.ts'
import { FEATURES } from '../../../src/changes/features.ts'
import { scoreSuspects } from '../../../src/changes/score-suspects.ts'
import type { ChangeEvent } from '../../../src/domain/change-event.ts'
import type { InstanceReading } from '../../../src/domain/instance-reading.ts'

const MINUTES = [12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]

interface Instance {
  readonly service: string
  readonly name: string
  readonly from?: number
  readonly errorShare?: (minute: number) => number | null
  readonly latencySeconds?: number
}

/** One reading a minute from `from` minutes before the onset. */
function readingsOf({ service, name, from = 12, errorShare = () => 0, latencySeconds = 0.05 }: Instance) {
  return MINUTES.filter((minute) => minute <= from).map((minute): InstanceReading => ({
    at: minutesBefore(minute),
    service,
    instance: name,
    caller: null,
    callee: service,
    errorShare: errorShare(minute),
    latencySeconds,
  }))
}

function judge(changes: readonly ChangeEvent[], instances: readonly Instance[]) {
  const { considered } = scoreSuspects({ ...input({ changes }), readings: instances.flatMap(readingsOf) })
  return considered
}

function reasonOf(changes: readonly ChangeEvent[], instances: readonly Instance[], feature: string) {
  return judge(changes, instances)[0]?.reasons.find((reason) => reason.feature === feature)
}

const OLD = { service: 'checkout', name: 'checkout-old' }
const deploy = change({ at: minutesBefore(4), revision: 'aaaaaaa' })

describe('new instances against old ones', () => {
  it('says how much more often the new ones fail', () => {
    const reason = reasonOf(
      [deploy],
      [OLD, { service: 'checkout', name: 'new', from: 3, errorShare: () => 0.4 }],
      'comparison',
    )

    expect(reason?.text).toBe('Its new instances fail 40 % of their requests, 40 points more than the old ones.')
    expect(reason?.weight).toBeGreaterThan(1.5)
  })

  it('says how much slower the new ones are', () => {
    const slow = { service: 'checkout', name: 'new', from: 3, latencySeconds: 0.5 }

    expect(reasonOf([deploy], [OLD, slow], 'comparison')?.text).toBe(
      'Its new instances take 10.0 times as long as it took before.',
    )
  })

  it('speaks for a change whose new instances do well, the more the longer', () => {
    const weight = (from: number) =>
      reasonOf([deploy], [OLD, { service: 'checkout', name: 'new', from }], 'comparison')?.weight ?? 0

    expect(weight(3)).toBeLessThan(weight(1))
    expect(weight(1)).toBeLessThan(0)
  })

  it('does not hold it against the new ones when the old ones beside them fail as often', () => {
    const failing = () => 0.4
    const old = { ...OLD, errorShare: (minute: number) => (minute <= 4 ? 0.4 : 0) }
    const reason = reasonOf(
      [deploy],
      [old, { service: 'checkout', name: 'new', from: 3, errorShare: failing }],
      'comparison',
    )

    expect(reason?.text).toBe('Its new instances answer as well as the old ones.')
  })

  it('suspects new instances that answer nothing, once they had the time to', () => {
    expect(reasonOf([deploy], [OLD], 'comparison')?.text).toBe('No new instance answers 5 min after it began.')
    expect(reasonOf([change({ at: ONSET })], [OLD], 'comparison')).toBeUndefined()
  })

  it('tells by how they do now, not by how they did while nothing was wrong', () => {
    const turned = {
      service: 'checkout',
      name: 'new',
      from: 10,
      errorShare: (minute: number) => (minute <= 1 ? 0.08 : 0),
    }
    const reason = reasonOf([change({ at: minutesBefore(11) })], [OLD, turned], 'comparison')

    expect(reason?.weight).toBeGreaterThan(0)
    const well = { service: 'checkout', name: 'new', from: 10 }
    expect(reasonOf([change({ at: minutesBefore(11) })], [OLD, well], 'comparison')?.weight).toBeLessThan(-2)
  })

  const flag = change({ kind: 'flag', at: minutesBefore(4), finishedAt: minutesBefore(4) })
  const config = change({ kind: 'config', at: minutesBefore(4), finishedAt: minutesBefore(3) })

  it.each([
    ['a flag', flag],
    ['configuration', config],
  ])('compares the window before with the window after for %s', (_what, one) => {
    const failing = { ...OLD, errorShare: (minute: number) => (minute <= 4 ? 0.4 : 0) }
    const slow = MINUTES.flatMap((minute) =>
      readingsOf({ ...OLD, latencySeconds: minute <= 4 ? 0.5 : 0.05 }).filter(
        ({ at }) => at.getTime() === minutesBefore(minute).getTime(),
      ),
    )
    const comparison = (readings: readonly InstanceReading[]) =>
      scoreSuspects({ ...input({ changes: [one] }), readings }).considered[0]?.reasons.find(
        ({ feature }) => feature === 'comparison',
      )

    expect(comparison(readingsOf(failing))?.text).toBe(
      'checkout fails 40 % of its requests since, 40 points more than before.',
    )
    expect(comparison(readingsOf(failing))?.weight).toBeGreaterThan(0)
    expect(comparison(slow)?.text).toBe('checkout takes 10.0 times as long since as it took before.')
    expect(comparison(readingsOf(OLD))).toMatchObject({ text: 'checkout answers as well since as it did before.' })
    expect(comparison(readingsOf(OLD))?.weight).toBeLessThan(0)
  })

  it('does not take a deploy without new instances that answer for one in place', () => {
    const done = change({ at: minutesBefore(4), finishedAt: minutesBefore(3), outcome: 'succeeded' })

    expect(reasonOf([done], [OLD], 'comparison')?.text).toContain('No new instance answers')
  })

  it('says nothing of a service that nobody measured, or that ran nothing before', () => {
    expect(reasonOf([deploy], [], 'comparison')).toBeUndefined()
    expect(reasonOf([deploy], [{ service: 'checkout', name: 'new', from: 3 }], 'comparison')).toBeUndefined()
  })

  it('does not look past the moment the incident was opened', () => {
    const later = {
      ...readingsOf({ service: 'checkout', name: 'new', from: 0, errorShare: () => 1 })[0],
      at: new Date(ONSET.getTime() + 120_000),
    }
    const readings = [...readingsOf(OLD), later as InstanceReading]
    const { considered } = scoreSuspects({ ...input({ changes: [deploy] }), readings })

    expect(considered[0]?.reasons.find((reason) => reason.feature === 'comparison')?.text).toContain(
      'No new instance answers',
    )
  })

  it('tells the defective one of two canaries of the same minute, which time and graph cannot', () => {
    const bad = change({ service: 'payments', at: minutesBefore(4), revision: 'bbbbbbb' })
    const good = change({ service: 'ledger', at: minutesBefore(4), revision: 'ccccccc' })
    const instances: readonly Instance[] = [
      { service: 'payments', name: 'payments-old' },
      { service: 'payments', name: 'payments-new', from: 3, errorShare: () => 0.9 },
      { service: 'ledger', name: 'ledger-old' },
      { service: 'ledger', name: 'ledger-new', from: 3 },
    ]

    expect(judge([good, bad], instances)[0]?.changeId).toBe(bad.id)
    const swapped = instances.map((one) => ({
      ...one,
      ...(one.name === 'payments-new' ? { errorShare: () => 0 } : {}),
      ...(one.name === 'ledger-new' ? { errorShare: () => 0.9 } : {}),
    }))
    expect(judge([good, bad], swapped)[0]?.changeId).toBe(good.id)
  })
})

describe('who fails around a change', () => {
  const since = (share: number) => (minute: number) => (minute <= 1 ? share : 0)

  it('names the caller that fails while the service itself looks well', () => {
    const caller = { service: 'checkout', name: 'c', errorShare: since(0.3) }
    const reason = reasonOf([change({ service: 'payments' })], [caller, { service: 'payments', name: 'p' }], 'failures')

    expect(reason?.text).toBe('checkout, which calls payments, fails 30 points more often than before.')
  })

  it('measures against what was usual, not against nothing', () => {
    const always = { service: 'checkout', name: 'c', errorShare: () => 0.3 }

    expect(reasonOf([deploy], [always], 'failures')?.weight).toBe(0)
  })
})

it('names every view after the reasons that it gives', () => {
  const instances = [OLD, { service: 'checkout', name: 'new', from: 3, errorShare: () => 0.4 }]
  const [suspect] = judge([deploy], instances)
  const names = Object.keys(FEATURES)

  for (const { feature } of suspect?.reasons ?? []) expect(names).toContain(feature)
})
