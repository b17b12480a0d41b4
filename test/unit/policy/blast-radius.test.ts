import { describe, expect, it } from '@jest/globals'
import { countDisturbed } from '../../../src/policy/blast-radius.ts'
import type { ActionInput } from '../../../src/domain/action.ts'
import type { BlastRadiusFacts } from '../../../src/policy/blast-radius.ts'
import type { Service } from '../../../src/domain/service-catalog.ts'

function service(name: string, dependsOn: string[] = []): Service {
  return {
    name,
    owner: 'team',
    dependsOn,
    system: null,
    criticality: 2,
    argocd: { app: `${name}-app`, project: null },
    lambda: `${name}-fn`,
    pagerdutyServiceId: null,
    repository: null,
    mode: null,
    links: [],
  }
}

// web → checkout → payments → db; a circle between payments and fraud.
const CATALOG = {
  services: new Map(
    [
      service('web', ['checkout']),
      service('checkout', ['payments']),
      service('payments', ['db', 'fraud']),
      service('fraud', ['payments']),
      service('db'),
    ].map((each) => [each.name, each]),
  ),
}
const rollback = (app: string): ActionInput => ({ uses: 'argocd/rollback', with: { app, id: '1' } })
const invoke = (name: string): ActionInput => ({ uses: 'lambda/invoke', with: { function: name } })

function disturbed(change: Partial<BlastRadiusFacts>) {
  return countDisturbed({
    catalog: CATALOG,
    service: 'checkout',
    actions: [],
    isReviewed: () => false,
    blastRadius: 'service',
    ...change,
  })
}

describe('what a plan disturbs', () => {
  it.each<[string, Partial<BlastRadiusFacts>, string[], string[]]>([
    ['the service itself', {}, ['checkout'], []],
    [
      'who depends on it, directly or not',
      { service: 'payments', blastRadius: 'dependents' },
      ['checkout', 'fraud', 'payments', 'web'],
      [],
    ],
    ['nobody depends on it', { service: 'web', blastRadius: 'dependents' }, ['web'], []],
    ['the whole environment', { blastRadius: 'environment' }, ['checkout', 'db', 'fraud', 'payments', 'web'], []],
    ['its own application', { actions: [rollback('checkout-app')] }, ['checkout'], []],
    ['another application', { actions: [rollback('db-app')] }, ['checkout', 'db'], []],
    ['another function', { actions: [invoke('fraud-fn')] }, ['checkout', 'fraud'], []],
    [
      'an application that is nobody’s',
      { actions: [rollback('stranger')] },
      ['checkout'],
      ['the Argo CD application stranger'],
    ],
    ['a function that is nobody’s', { actions: [invoke('stranger')] }, ['checkout'], ['the function stranger']],
    [
      'a reviewed application that is nobody’s',
      { actions: [rollback('shared')], isReviewed: () => true },
      ['checkout'],
      [],
    ],
    ['a service that is not in the catalog', { service: 'ghost' }, [], ['ghost']],
    ['no service', { service: null }, [], ['no service']],
  ])('%s', (_, change, services, unknown) => {
    expect(disturbed(change)).toEqual({ services, unknown })
  })
})
