import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { openSlackWorld } from './slack-world.ts'
import type { SlackWorld } from './slack-world.ts'

/** What the daily review may quote: names and reasons that people of the audit log wrote. */
const HOSTILE = '<!channel> <@U0001> <https://evil.example|https://bank.example> &lt;!here&gt; *bold* gnp\u202eexe'
const soon = () => AbortSignal.timeout(60_000)

let slack: SlackWorld
beforeEach(async () => {
  slack = await openSlackWorld()
})
afterEach(() => slack.close())

const notices = () => slack.fake.messagesIn('C0001')

describe('a notice on Slack', () => {
  it('is a message of its own in the channel, with nothing that acts', async () => {
    await slack.slack.surface.postNotice('C0001', 'The daily review found nothing odd.', soon())

    expect(notices()).toMatchObject([{ threadTs: null, text: 'The daily review found nothing odd.' }])
    expect(notices()[0]?.blocks.map(({ type }) => type)).toEqual(['rich_text'])
  })

  it('calls nobody, links nowhere and turns nothing round, whatever it quotes', async () => {
    await slack.slack.surface.postNotice('C0001', HOSTILE, soon())

    const [call] = slack.fake.callsOf('chat.postMessage')
    const elements = elementsOf(notices()[0]?.blocks)
    expect(call?.args).toMatchObject({
      ...{ unfurl_links: 'false', unfurl_media: 'false', link_names: 'false', parse: 'none' },
    })
    expect(new Set(elements.map(({ type }) => type))).toEqual(new Set(['text']))
    expect(elements.map(({ text }) => text).join('')).toContain('<!channel> <@U0001> <https://evil.example|')
    expect(notices()[0]?.text).not.toMatch(/<[!@#]|<http/)
    expect(JSON.stringify(call?.args)).not.toContain('\u202e')
  })

  it('that may have arrived is found by its key, and not said twice', async () => {
    await slack.slack.surface.postNotice('C0001', 'Two entries want a look.', soon(), { keys: ['7'], since: null })
    await slack.slack.surface.postNotice('C0001', 'Two entries want a look.', soon(), {
      ...{ keys: ['7'], since: new Date() },
    })
    expect(notices()).toHaveLength(1)

    await slack.slack.surface.postNotice('C0001', 'Another.', soon(), { keys: ['8'], since: new Date() })
    expect(notices()).toHaveLength(2)
  })

  it('is refused for good where the channel is archived', async () => {
    slack.fake.failNext('chat.postMessage', { kind: 'error', code: 'is_archived' })

    await expect(slack.slack.surface.postNotice('C0001', 'Hello', soon())).rejects.toMatchObject({
      ...{ code: 'vendor_rejected', vendorCode: 'is_archived' },
    })
  })
})

interface Inline {
  readonly type?: string
  readonly text?: string
  readonly elements?: readonly Inline[]
}

function elementsOf(blocks: readonly unknown[] = []): readonly Inline[] {
  return (blocks as readonly Inline[]).flatMap((block) => (block.elements ?? []).flatMap((one) => one.elements ?? []))
}
