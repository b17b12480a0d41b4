import { describe, expect, it } from '@jest/globals'
import { z } from 'zod'
import { createRoutedApi } from '../../../src/adapters/slack/homes/routed-api.ts'
import type { HomeQuery, SlackHome } from '../../../src/adapters/slack/homes/slack-homes.ts'
import type { SlackApi } from '../../../src/adapters/slack/outgoing/slack-api.ts'

const from = (team: string | null, enterprise: string | null = null): HomeQuery => {
  return { team, enterprise, isOrganisation: enterprise !== null }
}

/** Homes that note who was asked for what. */
function openRouted(...ids: readonly string[]) {
  const asked: string[] = []
  const apiOf = (id: string): SlackApi => ({
    call: async (method, args, answer) => {
      const team = typeof args['team_id'] === 'string' ? ` for ${args['team_id']}` : ''
      asked.push(`${method} ${id}${team}`)
      return answer.parse({ ok: true, channel: { id: 'D1' } })
    },
  })
  const homes = ids.map((id): SlackHome => ({ id, isOrganisation: id.startsWith('E'), api: apiOf(id) }))
  const find = async ({ team, enterprise, isOrganisation }: HomeQuery) =>
    homes.find(({ id }) => id === (isOrganisation ? enterprise : team))
  const api = createRoutedApi(
    { list: async () => homes, find },
    {
      teamOfChannel: (channel) => (channel === 'C2' ? 'T2' : null),
      teamOfUser: (user) => (user === 'U2' ? 'T2' : null),
      defaultTeam: 'T1',
    },
  )
  const call = (method: string, args: Record<string, unknown> = {}) =>
    api.call(method, args, z.object({ channel: z.object({ id: z.string() }) }), AbortSignal.timeout(1_000))
  return { api, asked, call }
}

describe('a call without a request', () => {
  it('goes where the channel or the person belongs, else to the default', async () => {
    const { asked, call } = openRouted('T1', 'T2')

    await call('chat.postMessage', { channel: 'C2' })
    await call('conversations.open', { users: 'U2' })
    await call('chat.postMessage', { channel: 'D1' })
    await call('chat.postMessage', { channel: 'C9' })

    expect(asked).toEqual([
      'chat.postMessage T2',
      'conversations.open T2',
      // Opened there, so it is spoken in from there.
      'chat.postMessage T2',
      'chat.postMessage T1',
    ])
  })

  it('goes to the only installation there is, whatever the configuration says', async () => {
    const { asked, call } = openRouted('T7')

    await call('chat.postMessage', { channel: 'C2' })

    expect(asked).toEqual(['chat.postMessage T7'])
  })

  it('goes to the organisation for a workspace without an installation of its own, and names it where Slack asks', async () => {
    const { asked, call } = openRouted('E1', 'T2')

    await call('chat.postMessage', { channel: 'C2' })
    await call('conversations.create', { name: 'inc-1' })

    expect(asked).toEqual(['chat.postMessage T2', 'conversations.create E1 for T1'])
  })

  it('is refused with what to do when the app is installed nowhere, or it is not clear where', async () => {
    await expect(openRouted().call('chat.postMessage')).rejects.toThrow('open /slack/install')
    await expect(openRouted('T3', 'T4').call('chat.postMessage')).rejects.toThrow('name its team in countersign.yaml')
  })
})

describe('a call within a request', () => {
  it('goes to where the request came from, and its channel is known from then on', async () => {
    const { api, asked, call } = openRouted('T1', 'T2', 'E1')

    await api.within(from('T2'), 'C5', async () => call('views.open'))
    await api.within(from(null, 'E1'), 'C6', async () => call('chat.postEphemeral', { channel: 'C2' }))
    await call('chat.postMessage', { channel: 'C5' })
    await call('chat.postMessage', { channel: 'C6' })

    expect(asked).toEqual(['views.open T2', 'chat.postEphemeral E1', 'chat.postMessage T2', 'chat.postMessage E1'])
  })

  it('never mixes two that go on at once', async () => {
    const { api, asked, call } = openRouted('T1', 'T2')
    const within = (team: string) =>
      api.within(from(team), null, async () => {
        for (let turn = 0; turn < 20; turn += 1) await call(`of.${team}`)
      })

    await Promise.all([within('T1'), within('T2')])

    expect(new Set(asked)).toEqual(new Set(['of.T1 T1', 'of.T2 T2']))
  })
})
