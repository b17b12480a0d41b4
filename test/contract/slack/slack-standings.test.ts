import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { FixedClock } from '../../support/fixed-clock.ts'
import { openSlackWorld } from './slack-world.ts'
import { waitUntil } from '../../support/wait-until.ts'
import type { SlackWorld } from './slack-world.ts'

let clock: FixedClock
let world: SlackWorld
beforeEach(async () => {
  clock = new FixedClock()
  world = await openSlackWorld({ clock })
})
afterEach(() => world.close())

const ANA = { surface: 'slack', tenant: 'T0001', user: 'U0001', displayName: 'Ana' } as const
const standingOf = (account: { tenant?: string; user?: string } = {}) =>
  world.slack.standings.standingOf({ ...ANA, ...account })
const asked = () => world.fake.callsOf('users.info').length

describe('the standing of an account in Slack', () => {
  it('is asked for by its id, and remembered for less than a minute', async () => {
    expect(await standingOf()).toEqual({ kind: 'member' })
    clock.advance(29_000)
    expect(await standingOf()).toEqual({ kind: 'member' })

    expect(world.fake.callsOf('users.info').map(({ args }) => args['user'])).toEqual(['U0001'])
    expect(world.fake.callsOf('auth.test')).toHaveLength(1)
  })

  it('of who is deactivated counts no later than 60 s after the last question', async () => {
    await standingOf()
    world.fake.users.set('U0001', { deleted: true })
    clock.advance(60_000)

    expect(await standingOf()).toEqual({ kind: 'refused', fault: 'deactivated' })
  })

  it('of who is active is asked again ahead, while the answer at hand still counts', async () => {
    await standingOf()
    world.fake.users.set('U0001', { is_restricted: true })
    clock.advance(31_000)

    expect(await standingOf()).toEqual({ kind: 'member' })
    await waitUntil('it is asked again', () => asked() === 2)
    await waitUntil('the new answer counts', async () => (await standingOf()).kind === 'refused')
  })

  it('is asked once, however many ask at once', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => standingOf()))

    expect(new Set(answers.map(({ kind }) => kind))).toEqual(new Set(['member']))
    expect(asked()).toBe(1)
  })

  it('is known already for who was told that their approval is awaited', async () => {
    const ana = { id: 'ana', name: 'Ana', slack: { team: 'T0001', user: 'U0001' }, teams: null, groups: [], roles: [] }

    await world.slack.surface.tellPerson(ana, 'Your approval is needed.', AbortSignal.timeout(60_000))

    await waitUntil('it is asked ahead', () => asked() === 1)
    await standingOf()
    expect(asked()).toBe(1)
  })

  it('is that of a stranger for who is of another company, though their own team is what was listed', async () => {
    world.fake.users.set('U0001', { team_id: 'T0666' })

    expect(await standingOf({ tenant: 'T0666' })).toEqual({ kind: 'refused', fault: 'external' })
  })

  it('is that of nobody for whom Slack does not know', async () => {
    world.fake.users.set('U0404', null)

    expect(await standingOf({ user: 'U0404' })).toEqual({ kind: 'refused', fault: 'unknown' })
  })

  it.each([
    ['an outage', () => world.fake.setOutage(true)],
    ['a token that was revoked', () => world.fake.failNext('users.info', { kind: 'error', code: 'token_revoked' })],
    ['a missing scope', () => world.fake.failNext('users.info', { kind: 'error', code: 'missing_scope' })],
    ['being asked to wait', () => world.fake.failNext('users.info', { kind: 'rate_limited', seconds: 30 })],
    ['an answer that is none', () => world.fake.failNext('users.info', { kind: 'html' })],
    ['an error of the server', () => world.fake.failNext('users.info', { kind: 'status', status: 500 })],
    ['not knowing its own workspace', () => world.fake.failNext('auth.test', { kind: 'status', status: 500 })],
  ])('is not known during %s, which is not remembered', async (_what, spoil) => {
    spoil()
    expect(await standingOf()).toMatchObject({ kind: 'unavailable' })

    world.fake.setOutage(false)
    expect(await standingOf()).toEqual({ kind: 'member' })
  })

  it('counts on from memory during an outage, until it is too old', async () => {
    await standingOf()
    world.fake.setOutage(true)
    clock.advance(59_000)
    expect(await standingOf()).toEqual({ kind: 'member' })

    clock.advance(2_000)
    expect(await standingOf()).toMatchObject({ kind: 'unavailable' })
  })
})
