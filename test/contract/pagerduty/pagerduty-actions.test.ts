import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { PublishedSpecification } from '../../support/openapi-requests.ts'
import { describeActionModule } from '../action-runner/describe-action-module.ts'
import { describeWhenShared } from '../../support/skip.ts'
import { effectContext, lostAttempt } from '../action-runner/effect-context.ts'
import { openPagerDutyWorld } from './pagerduty-world.ts'
import type { ActionInput, ActionName } from '../../../src/domain/action.ts'
import type { FakeEffect, FakeIncident } from '../../fakes/pagerduty/fake-pagerduty.ts'
import type { JsonObject } from '../../../src/kernel/json.ts'
import type { PagerDutyWorld } from './pagerduty-world.ts'

interface ActionCase {
  readonly uses: ActionName
  readonly with: JsonObject
  readonly kind: FakeEffect['kind']
  readonly after: 'found' | 'harmless' | 'unknown'
}

const CASES: readonly ActionCase[] = [
  { uses: 'pagerduty/acknowledge', with: {}, kind: 'acknowledged', after: 'found' },
  { uses: 'pagerduty/resolve', with: {}, kind: 'resolved', after: 'found' },
  { uses: 'pagerduty/escalate', with: { level: 2 }, kind: 'escalated', after: 'harmless' },
  {
    uses: 'pagerduty/responders',
    with: { users: ['PUSER01'], message: 'Checkout is down.' },
    kind: 'responders',
    after: 'found',
  },
  { uses: 'pagerduty/workflow', with: { workflow: 'PWORKFLOW1' }, kind: 'workflow', after: 'unknown' },
]

for (const { uses, with: args, kind, after } of CASES) {
  for (const named of [{ incident: 'PGR0VU2' }, {}]) {
    describeActionModule(`${uses} (${'incident' in named ? 'named' : 'linked'} incident)`, {
      setup: async () => {
        const world = await openPagerDutyWorld()
        world.fake.addIncident('PGR0VU2', 'PSVC1', 'checkout/errors')
        const module = world.pagerduty.actions.find(({ name }) => name === uses)
        if (module === undefined) throw new Error(`${uses} is not offered`)
        return {
          module,
          args: { ...args, ...named },
          server: world.fake.server,
          countEffects: () => world.fake.countEffects(kind),
          close: () => world.fake.server.close(),
        }
      },
      isEffect: ({ method }) => method !== 'GET',
      afterLostAnswer: after,
    })
  }
}

let world: PagerDutyWorld
let incident: FakeIncident

beforeEach(async () => {
  world = await openPagerDutyWorld()
  incident = world.fake.addIncident('PGR0VU2', 'PSVC1', 'checkout/errors')
})
afterEach(() => world.fake.server.close())

const perform = (input: ActionInput, changes: Parameters<typeof effectContext>[0] = {}) =>
  world.runner.perform(input, null, effectContext(changes))

describe('acknowledging in PagerDuty', () => {
  const acknowledge: ActionInput = { uses: 'pagerduty/acknowledge', with: { incident: 'PGR0VU2' } }

  it('does nothing to what is acknowledged already', async () => {
    incident.status = 'acknowledged'

    expect(await perform(acknowledge)).toMatchObject({ outcome: 'done', detail: expect.stringContaining('already') })
    expect(world.fake.effects).toHaveLength(0)
  })

  it('leaves a resolved incident alone, since it would open it again', async () => {
    incident.status = 'resolved'

    expect(await perform(acknowledge)).toMatchObject({ outcome: 'not_executed', retryAfterMs: null })
    expect(world.fake.effects).toHaveLength(0)
  })

  it('would open it again if it were sent', async () => {
    incident.status = 'resolved'
    const headers = {
      authorization: 'Token token=fake-pagerduty-token-51f0',
      accept: 'application/vnd.pagerduty+json;version=2',
      'content-type': 'application/json',
      from: 'ana@bank.example',
    }
    const body = JSON.stringify({ incident: { type: 'incident_reference', status: 'acknowledged' } })

    await fetch(`${world.fake.server.url}/incidents/PGR0VU2`, { method: 'PUT', headers, body })

    expect(world.fake.countEffects('reopened')).toBe(1)
  })

  it('shows the status that it compares', async () => {
    expect(await world.runner.readState(acknowledge, world.signal)).toEqual({
      incident: 'PGR0VU2',
      status: 'triggered',
    })
  })
})

describe('escalating in PagerDuty', () => {
  it('goes to the second level when none is named', async () => {
    const result = await perform({ uses: 'pagerduty/escalate', with: {} })

    expect(result).toMatchObject({ outcome: 'done', output: { incident: 'PGR0VU2', level: 2 } })
    expect(incident.level).toBe(2)
  })

  it('pages nobody for a resolved incident', async () => {
    incident.status = 'resolved'

    const result = await perform({ uses: 'pagerduty/escalate', with: { incident: 'PGR0VU2' } })

    expect(result).toMatchObject({ outcome: 'not_executed', retryAfterMs: null })
    expect(world.fake.effects).toHaveLength(0)
  })
})

describe('calling responders in PagerDuty', () => {
  const call: ActionInput = {
    uses: 'pagerduty/responders',
    with: { users: ['PUSER01'], policies: ['PPOLICY'], message: 'Checkout is down.' },
  }

  it('calls people and policies with a marker in the words', async () => {
    await perform(call)

    expect(incident.responderRequests).toEqual([
      { message: 'Checkout is down. [countersign RUN-5:step:main]', targets: ['PUSER01', 'PPOLICY'] },
    ])
  })

  it('refuses to call nobody', () => {
    const nobody = { ...call, with: { message: 'Checkout is down.' } }

    expect(() => world.runner.describe(nobody)).toThrow(/names nobody/)
  })

  it('calls nobody when PagerDuty does not know who asks', async () => {
    await world.fake.server.close()
    world = await openPagerDutyWorld({ from: 'nobody@bank.example' })
    world.fake.addIncident('PGR0VU2', 'PSVC1', 'checkout/errors')

    expect(await perform(call)).toMatchObject({
      outcome: 'not_executed',
      detail: expect.stringContaining('PAGERDUTY_FROM'),
    })
    expect(world.fake.effects).toHaveLength(0)
  })

  it('is found after a lost answer although another incident is linked now', async () => {
    world.fake.server.inject({ kind: 'effect-then-502', matches: ({ method }) => method === 'POST' })
    await perform(call)
    incident.status = 'resolved'
    world.fake.addIncident('PSECOND', 'PSVC1', 'checkout/errors')

    const attempt = lostAttempt('pagerduty/responders', 'queryable', null)
    const answer = await world.runner.reconcile(call, attempt, effectContext())

    expect(answer).toMatchObject({ found: 'executed', result: { output: { incident: 'PGR0VU2', called: 2 } } })
  })

  it('would call them twice if it were sent again without asking', async () => {
    world.fake.server.inject({ kind: 'effect-then-502', matches: ({ method }) => method === 'POST' })

    await perform(call)
    await perform(call)

    expect(world.fake.countEffects('responders')).toBe(2)
  })
})

describe('a workflow of PagerDuty', () => {
  it('is named when PagerDuty does not know it', async () => {
    const result = await perform({ uses: 'pagerduty/workflow', with: { workflow: 'PNONE01' } })

    expect(result).toMatchObject({ outcome: 'not_executed', retryAfterMs: null })
    expect(world.fake.effects).toHaveLength(0)
  })
})

describeWhenShared(
  'contracts/pagerduty/REST.openapiv3.json',
  'our writes, held against the API of PagerDuty',
  (path) => {
    it.each(CASES)('$uses sends what the specification knows', async ({ uses, with: args }) => {
      const specification = new PublishedSpecification(path)
      const input = { uses, with: { ...args, incident: 'PGR0VU2' } }
      await world.runner.readState(input, world.signal)
      await perform(input)
      await world.runner.reconcile(input, lostAttempt(uses, 'queryable', null), effectContext())

      const { requests } = world.fake.server
      expect(requests.some(({ method }) => method !== 'GET')).toBe(true)
      expect(requests.flatMap((request) => specification.problemsOf(request))).toEqual([])
    })
  },
)
