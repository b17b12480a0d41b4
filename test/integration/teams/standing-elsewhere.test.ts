import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { CHANNEL, TENANT, installation, teamsUser } from '../../fakes/teams/activities.ts'
import { openTestTeams } from './open-test-teams.ts'
import type { TestTeams } from './open-test-teams.ts'

/** A worker carries out what people approved at another replica: nobody has ever spoken to it. */
let test: TestTeams
beforeEach(async () => {
  test = await openTestTeams()
  test.connector.members.push(BO)
})
afterEach(() => test.close())

const ADMIN = teamsUser('Admin')
const BO = { id: '29:bo', aadObjectId: 'aad-bo' }
const ofBo = { surface: 'teams', tenant: TENANT, user: BO.aadObjectId, displayName: 'Bo' } as const
const at = () => ({ serviceUrl: test.connector.serviceUrl })
const askedIn = () =>
  test.connector.server.requests
    .map(({ path }) => /conversations\/([^/]+)\/members/.exec(decodeURIComponent(path))?.[1])
    .filter((found) => found !== undefined)

describe('the account of somebody who has not spoken to this replica', () => {
  it('cannot be asked about where the app is nowhere', async () => {
    expect(await test.teams.standings.standingOf(ofBo)).toMatchObject({ kind: 'unavailable' })
    expect(askedIn()).toEqual([])
  })

  it('is asked about in a channel in which the app is', async () => {
    await test.send(installation(ADMIN, 'add', { ...at(), conversation: CHANNEL }))

    expect(await test.teams.standings.standingOf(ofBo)).toEqual({ kind: 'member' })
    expect(askedIn()).toEqual([CHANNEL])
  })

  it('that is in no such channel is nothing that is known, and the other channels are asked', async () => {
    const other = '19:other@thread.tacv2'
    test.connector.members.splice(0)
    await test.send(installation(ADMIN, 'add', { ...at(), conversation: CHANNEL }))
    await test.send(installation(ADMIN, 'add', { ...at(), conversation: other }))

    expect(await test.teams.standings.standingOf(ofBo)).toMatchObject({ kind: 'unavailable' })
    expect(askedIn()).toEqual([other, CHANNEL])
  })

  it('is not asked about where the app was taken out', async () => {
    await test.send(installation(ADMIN, 'add', { ...at(), conversation: CHANNEL }))
    await test.send(installation(ADMIN, 'remove', { ...at(), conversation: CHANNEL }))

    expect(await test.teams.standings.standingOf(ofBo)).toMatchObject({ kind: 'unavailable' })
    expect(askedIn()).toEqual([])
  })

  it('is asked about in their own chat first, and who is gone from there is gone', async () => {
    const conversation = 'a:own-chat-of-bo'
    const { serviceUrl } = test.connector
    await test.conversations.remember({
      ...{ id: conversation, tenant: TENANT, kind: 'personal', personAccount: BO.aadObjectId },
      ...{ serviceUrl, reference: {} },
    })
    test.connector.members.splice(0)

    expect(await test.teams.standings.standingOf(ofBo)).toEqual({ kind: 'refused', fault: 'unknown' })
    expect(askedIn()).toEqual([conversation])
  })
})
