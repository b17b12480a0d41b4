import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { CHANNEL, TENANT } from '../../fakes/teams/activities.ts'
import { openTeamsWorld } from './teams-world.ts'
import { wordsOfMessage } from '../../fakes/teams/card-reading.ts'
import type { TeamsWorld } from './teams-world.ts'

/** What the daily review may quote: names and reasons that people of the audit log wrote. */
const HOSTILE = '<at>all</at> [bank](https://evil.example) **bold** {{DATE(2026)}} <img src=x> gnp\u202eexe'
const soon = () => AbortSignal.timeout(60_000)

let world: TeamsWorld
beforeEach(async () => {
  world = await openTeamsWorld()
})
afterEach(() => world.close())

describe('a notice on Teams', () => {
  it('begins a thread of its own in the channel, with nothing that acts', async () => {
    await world.teams.surface.postNotice(CHANNEL, 'The daily review found nothing odd.', soon())

    const [message] = world.connector.threadsOf(CHANNEL)
    expect(world.connector.messages).toHaveLength(1)
    expect(wordsOfMessage(message)).toBe('The daily review found nothing odd.')
    expect(message?.activity.attachments[0]?.content['actions'] ?? []).toEqual([])
    expect(world.connector.server.requests[0]?.body).toMatchObject({
      ...{ isGroup: true, tenantId: TENANT, channelData: { channel: { id: CHANNEL } } },
    })
  })

  it('calls nobody, links nowhere and turns nothing round, whatever it quotes', async () => {
    await world.teams.surface.postNotice(CHANNEL, HOSTILE, soon())

    const [message] = world.connector.messages
    const [request] = world.connector.server.requests
    const runs = runsOf(message?.activity.attachments[0]?.content)
    // Runs of text are shown as they are: neither Markdown nor functions nor mentions are read in them.
    expect(runs.map(({ text }) => text).join('')).toContain('<at>all</at> [bank](https://evil.example) **bold**')
    expect(runs.filter((run) => run['selectAction'] !== undefined)).toEqual([])
    expect(message?.activity.text).toBeUndefined()
    expect(request?.text).not.toContain('"entities"')
    expect(request?.text).not.toContain('\u202e')
  })

  it('is a message in a group chat, which has no threads', async () => {
    const id = '19:chat@thread.v2'
    await world.remember({ id, kind: 'group' })

    await world.teams.surface.postNotice(id, 'Two entries want a look.', soon())

    expect(world.connector.in(id)).toHaveLength(1)
  })

  it('is said where Teams does not tell which message it made, since nothing ever changes it', async () => {
    world.connector.isMute = true

    await world.teams.surface.postNotice(CHANNEL, 'The daily review found nothing odd.', soon())

    expect(world.connector.messages).toHaveLength(1)
  })

  it('is refused for good where the app is not installed', async () => {
    world.connector.notInstalled.add(CHANNEL)

    await expect(world.teams.surface.postNotice(CHANNEL, 'Hello', soon())).rejects.toMatchObject({
      code: 'vendor_rejected',
    })
  })
})

type Element = Readonly<Record<string, unknown>>

function runsOf(element: unknown): readonly Element[] {
  if (Array.isArray(element)) return element.flatMap(runsOf)
  if (typeof element !== 'object' || element === null) return []
  const own = element as Element
  return [...(own['type'] === 'TextRun' ? [own] : []), ...Object.values(own).flatMap(runsOf)]
}
