import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { PublishedSpecification } from '../../support/openapi-requests.ts'
import { describeWhenShared } from '../../support/skip.ts'
import { openPagerDutyWorld } from './pagerduty-world.ts'
import type { ActionName } from '../../../src/domain/action.ts'
import type { FakeOnCall } from '../../fakes/pagerduty/fake-pagerduty.ts'
import type { JsonObject } from '../../../src/kernel/json.ts'
import type { PagerDutyWorld } from './pagerduty-world.ts'

const onCall = (name: string, level: number, serviceId = 'PSVC1'): FakeOnCall => {
  return { serviceId, level, name, email: `${name.split(' ')[0]?.toLowerCase() ?? ''}@bank.example` }
}

let world: PagerDutyWorld
beforeEach(async () => {
  world = await openPagerDutyWorld()
  world.fake.addIncident('PGR0VU2', 'PSVC1', 'checkout/errors')
  world.fake.onCalls.push(
    onCall('Kim Lee', 1),
    onCall('Tim Wright', 2),
    onCall('Ada Byron', 2),
    onCall('Bo Li', 1, 'PX'),
  )
})
afterEach(() => world.fake.server.close())

const preview = (uses: ActionName, args: JsonObject) =>
  world.pagerduty.previewer.preview({ incidentId: 'INC-1', input: { uses, with: args }, before: null }, world.signal)

describe('the preview of who will be paged', () => {
  it('names those on call at the level that is escalated to, of the policy that the incident has', async () => {
    expect(await preview('pagerduty/escalate', { level: 2 })).toMatchObject({
      ...{ source: 'PagerDuty', paged: ['Tim Wright', 'Ada Byron'], unread: [] },
    })
    expect(await preview('pagerduty/escalate', { level: 1, incident: 'PGR0VU2' })).toMatchObject({ paged: ['Kim Lee'] })
  })

  it('names those whom a step calls: people by their names, and of a policy whoever is on call first', async () => {
    const args = { users: ['U-ada@bank.example'], policies: ['EP-PSVC1', 'EP-PX'], message: 'Checkout is down.' }

    expect(await preview('pagerduty/responders', args)).toMatchObject({ paged: ['Ada Byron', 'Kim Lee', 'Bo Li'] })
  })

  it('leaves nobody out where more are on call than PagerDuty tells at once', async () => {
    const many = Array.from({ length: 230 }, (_, index) => onCall(`P${String(index)} Smith`, 3))
    world.fake.onCalls.push(...many)

    const facts = await preview('pagerduty/escalate', { level: 3 })

    expect(facts?.paged).toEqual(many.map(({ name }) => name))
  })

  it('does not ask for ever where there is always more, and names nobody rather than some', async () => {
    world.fake.onCalls.push(...Array.from({ length: 10_001 }, (_, index) => onCall(`P${String(index)} Smith`, 3)))

    const facts = await preview('pagerduty/escalate', { level: 3 })

    expect(facts).toMatchObject({ paged: null, unread: [expect.stringContaining('more than 10000 people on call')] })
    expect(world.fake.server.requests.filter(({ path }) => path === '/oncalls')).toHaveLength(100)
  })

  it('says that nobody can tell beforehand whom a workflow pages', async () => {
    expect(await preview('pagerduty/workflow', { workflow: 'PWORKFLOW1' })).toMatchObject({
      ...{ paged: null, unread: [expect.stringContaining('tells it nobody beforehand')] },
    })
    expect(world.fake.server.requests).toEqual([])
  })

  it('says what could not be read instead of naming fewer', async () => {
    world.fake.server.inject({ kind: 'answer', answer: { status: 503 }, matches: ({ path }) => path === '/oncalls' })

    expect(await preview('pagerduty/escalate', { level: 2 })).toMatchObject({
      ...{ paged: null, unread: [expect.stringMatching(/^Who will be paged could not be read: /)] },
    })
    expect(await preview('pagerduty/responders', { users: ['UGONE'], message: 'Help.' })).toMatchObject({
      ...{ paged: null, unread: [expect.stringMatching(/^Who will be paged could not be read: /)] },
    })
  })

  it('only reads, and pages nobody', async () => {
    await preview('pagerduty/escalate', { level: 2 })
    await preview('pagerduty/responders', { users: ['U-ada@bank.example'], policies: ['EP-PX'], message: 'Help.' })

    expect(new Set(world.fake.server.requests.map(({ method }) => method))).toEqual(new Set(['GET']))
    expect(world.fake.effects).toEqual([])
  })
})

describeWhenShared(
  'contracts/pagerduty/REST.openapiv3.json',
  'the preview, held against the API of PagerDuty',
  (path) => {
    const specification = new PublishedSpecification(path)

    it('asks what the specification knows', async () => {
      await preview('pagerduty/escalate', { level: 2 })
      await preview('pagerduty/responders', { users: ['U-ada@bank.example'], policies: ['EP-PX'], message: 'Help.' })

      const { requests } = world.fake.server
      expect(requests.length).toBeGreaterThanOrEqual(4)
      expect(requests.flatMap((request) => specification.problemsOf(request))).toEqual([])
    })

    it('would be told of a parameter that PagerDuty does not know (the twin)', async () => {
      await preview('pagerduty/escalate', { level: 2 })
      const asked = world.fake.server.requests.find((request) => request.path === '/oncalls')
      if (asked === undefined) throw new Error('Nobody was asked.')
      const query = new URLSearchParams([...asked.query, ['policy', 'EP-PSVC1']])

      expect(specification.problemsOf({ ...asked, query })).toEqual([expect.stringContaining('policy')])
    })

    it('is answered by a fake that invents no fields', async () => {
      const get = async (address: string): Promise<Record<string, unknown>> => {
        const answer = await fetch(`${world.fake.server.url}${address}`, { headers: world.fake.headers })
        return (await answer.json()) as Record<string, unknown>
      }
      const { oncalls } = await get('/oncalls?escalation_policy_ids[]=EP-PSVC1&include[]=users')
      const { user } = await get('/users/U-ada@bank.example')
      const { incident } = await get('/incidents/PGR0VU2')

      const problems = [
        ...(oncalls as { user: object }[]).flatMap(({ user: expanded, ...onCallOf }) => [
          ...specification.problemsOfDefinition('Oncall', onCallOf),
          ...specification.problemsOfDefinition('User', expanded),
        ]),
        ...specification.problemsOfDefinition('User', user),
        ...specification.problemsOfDefinition('Incident', incident),
      ]
      expect(problems).toEqual([])
    })

    it('reads the answers that PagerDuty publishes as examples', async () => {
      for (const place of ['/oncalls', '/incidents/{id}', '/users/{id}']) {
        const example = exampleOf(specification, place)
        const pattern = new RegExp(`^${place.replace('{id}', '[^/]+')}$`)
        world.fake.server.inject({
          ...{ kind: 'answer', answer: { status: 200, body: example }, times: 2 },
          matches: (request) => pattern.test(request.path),
        })
      }

      const escalated = await preview('pagerduty/escalate', { incident: 'PT4KHLK', level: 2 })
      const called = await preview('pagerduty/responders', { users: ['PXPGF42'], message: 'Help.' })

      expect([escalated?.paged, called?.paged]).toEqual([['Tim Wright'], ['Earline Greenholt']])
      const policies = world.fake.server.requests.map(({ query }) => query.get('escalation_policy_ids[]'))
      expect(policies).toContain('PT20YPA')
    })
  },
)

interface Published {
  readonly get: {
    readonly responses: Readonly<
      Record<string, { readonly content: Readonly<Record<string, { readonly examples: Example }>> }>
    >
  }
}
type Example = { readonly response: { readonly value: unknown } }

function exampleOf({ document }: PublishedSpecification, place: string): object {
  const published = document.paths[place] as unknown as Published
  const example = published.get.responses['200']?.content['application/json']?.examples.response.value
  if (typeof example !== 'object' || example === null) throw new Error(`No example of ${place} is published.`)
  return example
}
