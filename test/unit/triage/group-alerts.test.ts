import { describe, expect, it } from '@jest/globals'
import { groupAlerts } from '../../../src/triage/group-alerts.ts'
import { relatedServices } from '../../../src/triage/services-around.ts'
import { alert, CATALOG, grouping, incident, minutesAgo, NOW } from './make-alerts.ts'
import type { GroupableAlert, GroupingInput } from '../../../src/triage/group-alerts.ts'

/** Where each alert went, with the rule: `INC-1 same_service`, `new 0 nothing_to_join`, `none …`. */
function places(input: Partial<GroupingInput<GroupableAlert>>): readonly string[] {
  return groupAlerts(grouping(input)).map((one) => {
    const where = one.to === 'incident' ? one.incidentId : one.to === 'new' ? `new ${one.group}` : 'none'
    return `${where} ${one.reason.rule}`
  })
}

describe('one alert and what is open', () => {
  it.each<[string, Partial<GroupingInput<GroupableAlert>>, string]>([
    // Nothing is there to join.
    ['nothing is open', {}, 'new 0 nothing_to_join'],
    // The plain case: another symptom of the same service.
    ['the same service', { joinable: [incident()] }, 'INC-1 same_service'],
    // Still firing after an hour: a late symptom is no new incident.
    ['the same service, long ago', { joinable: [incident({}, { lastAlertAt: minutesAgo(60) })] }, 'INC-1 same_service'],
    // checkout depends on payments.
    ['a dependency', { joinable: [incident({ service: 'payments' })] }, 'INC-1 neighbour'],
    // frontend depends on checkout.
    ['a dependent', { joinable: [incident({ service: 'frontend' })] }, 'INC-1 neighbour'],
    // A neighbour's alert of an hour ago says nothing about now.
    [
      'a dependency, outside the window',
      { joinable: [incident({ service: 'payments' }, { lastAlertAt: minutesAgo(6) })] },
      'new 0 nothing_to_join',
    ],
    // checkout → payments → bank: two hops are no neighbours.
    ['a dependency of a dependency', { joinable: [incident({ service: 'bank' })] }, 'new 0 nothing_to_join'],
    // The incident has grown: one of its alerts is about payments, a neighbour.
    [
      'an incident that another alert widened',
      { joinable: [incident({ service: 'bank' }, { services: ['bank', 'payments'] })] },
      'INC-1 neighbour',
    ],
    ['an unrelated service', { joinable: [incident({ service: 'search' })] }, 'new 0 nothing_to_join'],
    // Staging never joins production, however alike.
    ['another environment', { joinable: [incident({ environment: 'staging' })] }, 'new 0 nothing_to_join'],
    // An environment that nobody names counts as production; a declared incident has none.
    ['no environment there', { joinable: [incident({ environment: null })] }, 'INC-1 same_service'],
    ['another name of production', { joinable: [incident({ environment: 'prod' })] }, 'INC-1 same_service'],
    // A service that the catalog does not know joins its own kind only.
    [
      'a service outside the catalog',
      { alerts: [alert({ service: 'legacy' })], joinable: [incident({ service: 'legacy' })] },
      'INC-1 same_service',
    ],
    // Closed within the window: it reopens.
    [
      'mitigated 4 minutes ago',
      { joinable: [incident({ state: 'mitigated', mitigatedAt: minutesAgo(4) })] },
      'INC-1 same_service',
    ],
    // Closed before that: a new disturbance.
    [
      'resolved 6 minutes ago',
      { joinable: [incident({ state: 'resolved', resolvedAt: minutesAgo(6) })] },
      'new 0 nothing_to_join',
    ],
    // The incident of the service itself, not the neighbour's that is more alive.
    [
      'two candidates',
      {
        joinable: [
          incident({ id: 'INC-2', service: 'payments' }, { lastAlertAt: minutesAgo(0) }),
          incident({ id: 'INC-1' }, { lastAlertAt: minutesAgo(3) }),
        ],
      },
      'INC-1 same_service',
    ],
    // One that is worked on, not the one that was closed a moment ago.
    [
      'an open one and a closed one',
      {
        joinable: [
          incident({ id: 'INC-2', state: 'resolved', resolvedAt: minutesAgo(1) }, { lastAlertAt: minutesAgo(0) }),
          incident({ id: 'INC-1' }),
        ],
      },
      'INC-1 same_service',
    ],
  ])('%s', (_name, input, place) => {
    expect(places(input)).toEqual([place])
  })
})

describe('an alert that names no service', () => {
  const nameless = alert({ service: null })

  it.each<[string, Partial<GroupingInput<GroupableAlert>>, string]>([
    // Two nodes report the same thing, and nobody says for whom.
    [
      'joins one of its name that names none either',
      { joinable: [incident({ service: null }, { services: [] })] },
      'INC-1 same_name',
    ],
    [
      'does not join one of another name',
      { joinable: [incident({ service: null }, { services: [], alertNames: ['DiskFull'] })] },
      'new 0 nothing_to_join',
    ],
    // Nothing ties it to checkout.
    ['does not join an incident of a service', { joinable: [incident()] }, 'new 0 nothing_to_join'],
    [
      'does not join outside the window',
      { joinable: [incident({ service: null }, { services: [], lastAlertAt: minutesAgo(9) })] },
      'new 0 nothing_to_join',
    ],
  ])('%s', (_name, input, place) => {
    expect(places({ alerts: [nameless], ...input })).toEqual([place])
  })
})

describe('an alert that we know', () => {
  const home = incident({ id: 'INC-7', service: 'search' })

  it('goes where its row is, whatever else is open', () => {
    expect(places({ alerts: [alert({ belongsTo: 'INC-7' })], joinable: [incident(), home] })).toEqual([
      'INC-7 same_alert',
    ])
  })

  it('goes back to its incident when it fires again', () => {
    const known = [{ fingerprint: 'f1', startsAt: minutesAgo(30), incidentId: 'INC-7' }]

    expect(places({ known, joinable: [incident(), home] })).toEqual(['INC-7 fires_again'])
  })

  it('opens a new incident when its old one was closed before the window', () => {
    const known = [{ fingerprint: 'f1', startsAt: minutesAgo(90), incidentId: 'INC-7' }]
    const closed = incident({ id: 'INC-7', state: 'resolved', resolvedAt: minutesAgo(60) })

    expect(places({ known, joinable: [closed] })).toEqual(['new 0 nothing_to_join'])
  })
})

describe('a resolve', () => {
  it('of an alert that nobody saw fire opens nothing', () => {
    expect(places({ alerts: [alert({ status: 'resolved' })] })).toEqual(['none resolved_before_it_fired'])
  })

  it('of an alert that nobody saw fire is kept with the incident of its service', () => {
    expect(places({ alerts: [alert({ status: 'resolved' })], joinable: [incident()] })).toEqual(['INC-1 same_service'])
  })
})

describe('several alerts of one delivery', () => {
  it('that belong together open one incident', () => {
    const alerts = [
      alert({ fingerprint: 'a', service: 'frontend', startsAt: minutesAgo(1) }),
      alert({ fingerprint: 'b', service: 'checkout', startsAt: minutesAgo(2) }),
      alert({ fingerprint: 'c', service: 'payments', startsAt: minutesAgo(3) }),
    ]

    expect(places({ alerts })).toEqual(['new 0 nothing_to_join', 'new 0 neighbour', 'new 0 neighbour'])
  })

  it('that have nothing to do with each other open one each', () => {
    const alerts = [alert({ fingerprint: 'a' }), alert({ fingerprint: 'b', service: 'search' })]

    expect(places({ alerts })).toEqual(['new 0 nothing_to_join', 'new 1 nothing_to_join'])
  })

  it('of two environments open two', () => {
    const alerts = [alert({ fingerprint: 'a' }), alert({ fingerprint: 'b', environment: 'staging' })]

    expect(places({ alerts })).toEqual(['new 0 nothing_to_join', 'new 1 nothing_to_join'])
  })

  it('with the same fingerprint go together, also a resolve that stands before its fire', () => {
    const alerts = [alert({ status: 'resolved' }), alert()]

    expect(places({ alerts })).toEqual(['new 0 nothing_to_join', 'new 0 same_alert'])
  })
})

describe('the services that are looked at', () => {
  it('are the alerts own, what they depend on and what depends on them', () => {
    expect([...relatedServices(CATALOG, ['checkout'])].sort()).toEqual(['checkout', 'frontend', 'payments'])
    expect(relatedServices(CATALOG, ['legacy'])).toEqual(['legacy'])
  })
})

/** So many alerts of one delivery, half a second apart, in turn of these services. */
function storm(count: number, services: readonly string[]): readonly GroupableAlert[] {
  return Array.from({ length: count }, (_, index) =>
    alert({
      fingerprint: `wave ${index}`,
      name: `Symptom${index}`,
      service: services[index % services.length] ?? null,
      startsAt: new Date(NOW.getTime() - 20_000 + index * 200),
    }),
  )
}

describe('a storm', () => {
  const alive = { lastAlertAt: minutesAgo(1), recentAlerts: 8 }
  const beyond = [alert({ service: 'payments' })]

  it('takes what has a neighbour in common with it', () => {
    expect(places({ alerts: beyond, joinable: [incident({ service: 'frontend' }, alive)] })).toEqual(['INC-1 in_reach'])
  })

  it('is also what fires again, in the delivery that tells of it', () => {
    const again = storm(5, ['frontend'])
    const known = again.map(({ fingerprint }) => ({ fingerprint, startsAt: minutesAgo(20), incidentId: 'INC-1' }))
    const joinable = [incident({ service: 'frontend' }, { lastAlertAt: minutesAgo(3), recentAlerts: 0 })]

    expect(places({ alerts: [...again, ...beyond], joinable, known }).at(-1)).toBe('INC-1 in_reach')
    expect(places({ alerts: [...again.slice(1), ...beyond], joinable, known }).at(-1)).toBe('new 0 nothing_to_join')
  })

  it.each([
    ['fewer alerts', { ...alive, recentAlerts: 4 }],
    ['an alert too long ago', { ...alive, lastAlertAt: minutesAgo(3) }],
  ])('is not an incident with %s', (_name, around) => {
    const joinable = [incident({ service: 'frontend' }, around)]

    expect(places({ alerts: beyond, joinable })).toEqual(['new 0 nothing_to_join'])
  })

  it('takes what the catalog does not know, and nothing that it places elsewhere', () => {
    const services = ['frontend', 'checkout', 'payments']
    const joinable = [incident({ service: 'frontend' }, { ...alive, services })]

    expect(places({ alerts: [alert({ service: 'node-7' })], joinable })).toEqual(['INC-1 in_storm'])
    expect(places({ alerts: [alert({ service: 'search' })], joinable })).toEqual(['new 0 nothing_to_join'])
  })

  it('of what the catalog does not know takes nothing more of that', () => {
    const joinable = [incident({ service: 'node-1' }, { ...alive, services: ['node-1', 'node-2', 'node-3'] })]

    expect(places({ alerts: [alert({ service: 'node-7' })], joinable })).toEqual(['new 0 nothing_to_join'])
  })

  it('of one environment takes nothing of another', () => {
    const joinable = [incident({ service: 'frontend', environment: 'staging' }, alive)]

    expect(places({ alerts: beyond, joinable })).toEqual(['new 0 nothing_to_join'])
  })
})

describe('a new wave of alerts', () => {
  const services = ['frontend', 'checkout', 'payments']
  const rested = incident({ quietSince: minutesAgo(5) }, { lastAlertAt: minutesAgo(5), recentAlerts: 0, services })

  it('opens an incident of its own, though the last one is still open', () => {
    const where = places({ alerts: storm(40, services), joinable: [rested] })

    expect(where[0]).toBe('new 0 new_wave')
    expect(new Set(where.map((one) => one.slice(0, 5)))).toEqual(new Set(['new 0']))
  })

  it('is named as the reason also where it begins at a neighbour of the last one', () => {
    const neighbours = { ...rested, services: ['checkout'] }

    expect(places({ alerts: storm(40, services), joinable: [neighbours] })[0]).toBe('new 0 new_wave')
  })

  it('takes what fires again with it', () => {
    const alerts = storm(40, services)
    const known = alerts.map(({ fingerprint }) => ({ fingerprint, startsAt: minutesAgo(20), incidentId: 'INC-1' }))

    expect(places({ alerts, joinable: [rested], known }).filter((one) => one.startsWith('INC-1'))).toEqual([])
  })

  it('leaves what is told again where it is', () => {
    const alerts = [...storm(40, services), alert({ fingerprint: 'old', belongsTo: 'INC-1' })]

    expect(places({ alerts, joinable: [rested] })).toContain('INC-1 same_alert')
  })

  it.each<[string, Partial<GroupingInput<GroupableAlert>>]>([
    ['a few alerts', { alerts: storm(6, services), joinable: [rested] }],
    [
      'the rest of a wave whose first alerts opened the incident just now',
      {
        alerts: storm(40, services),
        joinable: [incident({ openedAt: minutesAgo(1) }, { recentAlerts: 3, services })],
      },
    ],
    [
      'a burst in an incident that is growing',
      { alerts: storm(60, services), joinable: [incident({}, { recentAlerts: 100, services })] },
    ],
  ])('is not: %s', (_name, input) => {
    expect(new Set(places(input))).toEqual(new Set(['INC-1 same_service']))
  })

  it('is left alone without the view on waves', () => {
    const input = grouping({ alerts: storm(40, services), joinable: [rested] })

    expect(groupAlerts(input, ['graph', 'storm', 'refires']).every((one) => one.to === 'incident')).toBe(true)
  })
})
