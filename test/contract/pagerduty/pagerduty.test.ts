import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { PublishedSpecification } from '../../support/openapi-requests.ts'
import { describeWhenShared } from '../../support/skip.ts'
import { describeActionModule } from '../action-runner/describe-action-module.ts'
import { effectContext, lostAttempt } from '../action-runner/effect-context.ts'
import { checkoutService } from '../argocd/argocd-world.ts'
import { openPagerDutyWorld } from './pagerduty-world.ts'
import type { PagerDutyWorld } from './pagerduty-world.ts'
import type { ActionInput } from '../../../src/domain/action.ts'

const linked: ActionInput = { uses: 'pagerduty/note', with: { text: 'Rolled back to rev-a.' } }

for (const args of [{ incident: 'PGR0VU2', text: 'Rolled back.' }, { text: 'Rolled back.' }]) {
  describeActionModule(`pagerduty/note (${'incident' in args ? 'named' : 'linked'} incident)`, {
    setup: async () => {
      const world = await openPagerDutyWorld()
      world.fake.addIncident('PGR0VU2', 'PSVC1', 'checkout/errors')
      return {
        module: world.pagerduty.actions[0]!,
        args,
        server: world.fake.server,
        countEffects: () => world.fake.countNotes(),
        close: () => world.fake.server.close(),
      }
    },
    isEffect: (request) => request.method === 'POST',
    afterLostAnswer: 'found',
  })
}

describe('a note in PagerDuty', () => {
  let world: PagerDutyWorld

  beforeEach(async () => {
    world = await openPagerDutyWorld()
  })
  afterEach(() => world.fake.server.close())

  const perform = (input: ActionInput = linked) => world.runner.perform(input, null, effectContext())
  const reconcile = () =>
    world.runner.reconcile(linked, lostAttempt('pagerduty/note', 'queryable', null), effectContext())

  it('carries a marker, an author and the right version of the interface', async () => {
    const incident = world.fake.addIncident('PGR0VU2', 'PSVC1', 'checkout/errors')

    const result = await perform()

    expect(result).toMatchObject({ outcome: 'done', output: { incident: 'PGR0VU2', noteId: 'PNOTE1' } })
    expect(incident.notes[0]).toMatchObject({
      content: 'Rolled back to rev-a.\n\n[countersign RUN-5:step:main]',
      author: 'oncall-bot@bank.example',
    })
  })

  it('goes to the incident with the dedup key, not to another one of the service', async () => {
    const right = world.fake.addIncident('PRIGHT1', 'PSVC1', 'checkout/errors')
    const other = world.fake.addIncident('POTHER1', 'PSVC1', 'checkout/disk')

    await perform()

    expect([right.notes.length, other.notes.length]).toEqual([1, 0])
  })

  it('goes to the only open incident of the service when no key leads anywhere', async () => {
    world.trace = { dedupKeys: ['unknown'], pagerdutyServiceId: 'PSVC1' }
    world.fake.addIncident('PDONE01', 'PSVC1', 'old', 'resolved')
    const open = world.fake.addIncident('POPEN01', 'PSVC1', 'new')

    await perform()

    expect(open.notes).toHaveLength(1)
  })

  it('is not written by a guess when several incidents of the service are open', async () => {
    world.trace = { dedupKeys: [], pagerdutyServiceId: 'PSVC1' }
    world.fake.addIncident('PONE001', 'PSVC1', 'a')
    world.fake.addIncident('PTWO001', 'PSVC1', 'b')

    const result = await perform()

    expect(result).toMatchObject({ outcome: 'not_executed', retryAfterMs: null })
    expect(result.detail).toContain('Name one')
    expect(world.fake.countNotes()).toBe(0)
  })

  it('is found after a lost answer although its incident was resolved and another one is linked now', async () => {
    const first = world.fake.addIncident('PFIRST1', 'PSVC1', 'checkout/errors')
    world.fake.server.inject({ kind: 'effect-then-502', matches: ({ method }) => method === 'POST' })
    await perform()
    first.status = 'resolved'
    world.fake.addIncident('PSECOND', 'PSVC1', 'checkout/errors')

    const answer = await reconcile()

    expect(answer).toMatchObject({ found: 'executed', result: { output: { incident: 'PFIRST1' } } })
  })

  it('stays unknown when more incidents could hold it than one look shows', async () => {
    for (let index = 0; index < 25; index += 1) {
      world.fake.addIncident(`PMANY${String(index)}`, 'PSVC1', 'x', 'resolved')
    }

    expect((await reconcile()).found).toBe('unknown')
  })

  it('would be written twice if it were sent again without asking', async () => {
    world.fake.addIncident('PGR0VU2', 'PSVC1', 'checkout/errors')
    world.fake.server.inject({ kind: 'effect-then-502', matches: ({ method }) => method === 'POST' })

    await perform()
    await perform()

    expect(world.fake.countNotes('[countersign RUN-5:step:main]')).toBe(2)
  })

  it('names what PagerDuty says of an author that it does not know, and nothing secret', async () => {
    await world.fake.server.close()
    world = await openPagerDutyWorld({ from: 'nobody@bank.example' })
    world.fake.addIncident('PGR0VU2', 'PSVC1', 'checkout/errors')

    const result = await perform()

    expect(result).toMatchObject({ outcome: 'not_executed', retryAfterMs: null })
    expect(result.detail).toContain('400 1008')
    expect(result.detail).not.toContain('fake-pagerduty-token')
  })

  it('is attributed to the last approver where no author is configured', async () => {
    await world.fake.server.close()
    world = await openPagerDutyWorld({ from: null })
    const incident = world.fake.addIncident('PGR0VU2', 'PSVC1', 'checkout/errors')

    await perform()
    const unattributed = await world.runner.perform(linked, null, effectContext({ approvedBy: ['U123'] }))

    expect(incident.notes[0]?.author).toBe('ana@bank.example')
    expect(unattributed).toMatchObject({ outcome: 'not_executed', detail: expect.stringContaining('PAGERDUTY_FROM') })
  })
})

describe('who is on call in PagerDuty', () => {
  let world: PagerDutyWorld
  const service = checkoutService({ pagerdutyServiceId: 'PSVC1' })

  beforeEach(async () => {
    world = await openPagerDutyWorld()
    world.fake.onCalls.push(
      { serviceId: 'PSVC1', level: 2, name: 'Ben Boss', email: 'ben@bank.example' },
      { serviceId: 'PSVC1', level: 1, name: 'Ana Ruiz', email: 'ana@bank.example' },
      { serviceId: 'PSVC1', level: 1, name: 'Ana Ruiz', email: 'ana@bank.example' },
      { serviceId: 'POTHER1', level: 1, name: 'Eve Else', email: 'eve@bank.example' },
    )
  })
  afterEach(() => world.fake.server.close())

  it('is the first level of the escalation policy, each person once', async () => {
    const people = await world.pagerduty.onCall.listOnCall(service, world.signal)

    expect(people).toEqual([{ name: 'Ana Ruiz', email: 'ana@bank.example' }])
  })

  it('is nobody for a service that PagerDuty does not know of', async () => {
    expect(await world.pagerduty.onCall.listOnCall(checkoutService(), world.signal)).toEqual([])
    expect(world.fake.server.requests).toHaveLength(0)
  })

  it('is asked once a minute, and anew after that', async () => {
    await world.pagerduty.onCall.listOnCall(service, world.signal)
    world.clock.advance(59_000)
    await world.pagerduty.onCall.listOnCall(service, world.signal)
    const early = world.fake.server.requests.length
    world.clock.advance(2_000)
    world.fake.onCalls.splice(1, 2, { serviceId: 'PSVC1', level: 1, name: 'Kim Lee', email: 'kim@bank.example' })

    const people = await world.pagerduty.onCall.listOnCall(service, world.signal)

    expect(early).toBe(2)
    expect(people).toEqual([{ name: 'Kim Lee', email: 'kim@bank.example' }])
  })

  it('is asked again at once after a failure', async () => {
    world.fake.server.inject({ kind: 'answer', answer: { status: 500, body: 'no' } })
    await expect(world.pagerduty.onCall.listOnCall(service, world.signal)).rejects.toThrow(/PagerDuty/)

    const people = await world.pagerduty.onCall.listOnCall(service, world.signal)

    expect(people).toHaveLength(1)
  })
})

describe('the check of PagerDuty', () => {
  let world: PagerDutyWorld
  afterEach(() => world.fake.server.close())

  it('is content with a good token, a known author and known services', async () => {
    world = await openPagerDutyWorld()

    expect(await world.pagerduty.checkHealth(['PSVC1'], world.signal)).toMatchObject({ ok: true })
  })

  it.each([
    ['an author that is nobody', 'nobody@bank.example', ['PSVC1'], 'PAGERDUTY_FROM'],
    ['no author', null, ['PSVC1'], 'PAGERDUTY_FROM'],
    ['a service that is not there', undefined, ['PSVC9'], 'pagerduty.com/service-id'],
  ])('says how to mend %s', async (_what, from, services, remedy) => {
    world = await openPagerDutyWorld(from === undefined ? {} : { from })

    const health = await world.pagerduty.checkHealth(services, world.signal)

    expect(health.ok).toBe(false)
    expect(health.remedy).toContain(remedy)
  })

  it('says so when the token is not good', async () => {
    world = await openPagerDutyWorld()
    const answer = { status: 401, body: { error: { code: 2006, message: 'You are not authorized' } } }
    world.fake.server.inject({ kind: 'answer', answer })

    const health = await world.pagerduty.checkHealth([], world.signal)

    expect(health).toMatchObject({ ok: false, remedy: expect.stringContaining('PAGERDUTY_API_TOKEN') })
  })
})

describeWhenShared(
  'contracts/pagerduty/REST.openapiv3.json',
  'our requests, held against the API of PagerDuty',
  (path) => {
    it('are all known to the specification', async () => {
      const specification = new PublishedSpecification(path)
      const world = await openPagerDutyWorld()
      world.fake.addIncident('PGR0VU2', 'PSVC1', 'other key')
      await world.runner.perform(linked, null, effectContext())
      await world.runner.reconcile(linked, lostAttempt('pagerduty/note', 'queryable', null), effectContext())
      await world.pagerduty.onCall.listOnCall(checkoutService({ pagerdutyServiceId: 'PSVC1' }), world.signal)
      await world.pagerduty.checkHealth(['PSVC1'], world.signal)
      await world.fake.server.close()

      const { requests } = world.fake.server
      expect(new Set(requests.map(({ method, path: called }) => `${method} ${called}`)).size).toBeGreaterThan(6)
      expect(requests.flatMap((request) => specification.problemsOf(request))).toEqual([])
      const note = requests.find(({ method }) => method === 'POST')!
      expect(specification.problemsOf({ ...note, headers: {} })).toContainEqual(expect.stringContaining('From'))
      expect(specification.problemsOf({ ...note, body: { note: { text: 'x' } } })).toHaveLength(2)
    })
  },
)
