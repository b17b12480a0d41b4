import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { TENANT } from '../../fakes/teams/activities.ts'
import { openTeamsWorld } from './teams-world.ts'
import type { Fault } from '../../fakes/vendor-server.ts'
import type { TeamsWorld } from './teams-world.ts'

let world: TeamsWorld
beforeEach(async () => {
  world = await openTeamsWorld()
})
afterEach(() => world.close())

describe('whether Teams vouches for an account', () => {
  const account = { surface: 'teams', tenant: TENANT, user: 'aad-ana', displayName: 'Ana' } as const
  const member = { id: '29:ana', aadObjectId: 'aad-ana', tenantId: TENANT }

  it.each([
    ['a member', { ...member, userRole: 'user' }, { kind: 'member' }],
    ['a guest', { ...member, userRole: 'guest' }, { kind: 'refused', fault: 'guest' }],
    ['somebody anonymous', { ...member, userRole: 'anonymous' }, { kind: 'refused', fault: 'external' }],
    ['of another tenant', { ...member, tenantId: 'other' }, { kind: 'refused', fault: 'external' }],
    ['somebody else', { ...member, aadObjectId: 'aad-other' }, { kind: 'refused', fault: 'unknown' }],
    ['nobody there', undefined, { kind: 'refused', fault: 'unknown' }],
  ])('is asked where they spoke: %s', async (_who, found, standing) => {
    if (found !== undefined) world.connector.members.push(found)
    await world.speak(account)

    expect(await world.teams.standings.standingOf(account)).toEqual(standing)
  })

  it('is asked once a minute, and an answer that did not come is not remembered', async () => {
    await world.speak(account)
    world.connector.server.inject(answerOnce(500))
    expect(await world.teams.standings.standingOf(account)).toMatchObject({ kind: 'unavailable' })
    world.connector.members.push(member)

    await world.teams.standings.standingOf(account)
    await world.teams.standings.standingOf(account)

    expect(world.connector.server.requests.filter(({ path }) => path.includes('/members/'))).toHaveLength(2)
  })

  it('is not known of who has not spoken here and is in none of the channels, which says nothing', async () => {
    expect(await world.teams.standings.standingOf(account)).toMatchObject({ kind: 'unavailable' })
  })

  it.each([
    ['a full member', { ...member }, { kind: 'member' }],
    ['a guest', { ...member, userRole: 'guest' }, { kind: 'refused', fault: 'guest' }],
  ])('of who pressed at another replica is asked in a channel: %s', async (_what, found, standing) => {
    world.connector.members.push(found)

    expect(await world.teams.standings.standingOf(account)).toEqual(standing)
    expect(world.connector.server.requests.at(-1)?.path).toContain(encodeURIComponent('19:other@thread.tacv2'))
  })

  it.each([
    ['a full member', { ...member }, { kind: 'member' }],
    ['nobody there', undefined, { kind: 'refused', fault: 'unknown' }],
  ])('of who pressed at another replica is asked in their own chat: %s', async (_what, found, standing) => {
    await world.remember({ id: 'a:own', kind: 'personal', personAccount: account.user })
    if (found !== undefined) world.connector.members.push(found)

    expect(await world.teams.standings.standingOf(account)).toEqual(standing)
    expect(world.connector.server.requests.at(-1)?.path).toContain(encodeURIComponent('a:own'))
  })

  it('is asked once, however many ask at once', async () => {
    world.connector.members.push(member)
    await world.speak(account)

    const answers = await Promise.all(Array.from({ length: 20 }, () => world.teams.standings.standingOf(account)))

    expect(new Set(answers.map(({ kind }) => kind))).toEqual(new Set(['member']))
    expect(world.connector.server.requests.filter(({ path }) => path.includes('/members/'))).toHaveLength(1)
  })
})

function answerOnce(status: number): Fault {
  return { kind: 'answer', answer: { status } }
}
