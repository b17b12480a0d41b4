import { describe, expect, it } from '@jest/globals'
import { isAllowedResponseUrl } from '../../../src/adapters/slack/outgoing/response-url.ts'
import { spokenText } from '../../../src/adapters/slack/incoming/spoken-text.ts'

describe('what a person typed, out of Slack’s mark-up', () => {
  it.each([
    ['<@UBOT> status', 'status', 'the bot’s mention is dropped'],
    ['<@UBOT|countersign>   status INC-3', 'status INC-3', 'also with its name'],
    ['hey <@UBOT> status', 'hey   status', 'wherever it stands'],
    ['<@UBOT> assign commander <@U0002>', 'assign commander <@U0002>', 'other mentions stay'],
    ['note a &lt; b &amp;&amp; c &gt; d', 'note a < b && c > d', 'the three escapes come back'],
    ['note &amp;lt;!channel&amp;gt;', 'note &lt;!channel&gt;', 'once, not twice'],
    [
      'note see <https://grafana.example.com/d/1|grafana.example.com/d/1>',
      'note see grafana.example.com/d/1',
      'a link is what was typed',
    ],
    [
      'note <https://evil.example|https://bank.example>',
      'note https://evil.example',
      'or where it leads, when they differ',
    ],
    ['note in <#C0001|incidents>', 'note in #incidents', 'a channel is its name'],
    ['note <!here> look', 'note @here look', 'a broadcast is a word'],
    ['note <mailto:a@b.example|a@b.example>', 'note a@b.example', 'a mail address is itself'],
    ['plan scale reason=“two more pods”', 'plan scale reason="two more pods"', 'curly quotes after = are quotes'],
  ])('%s → %s: %s', (markup, words) => {
    expect(spokenText(markup, 'UBOT')).toBe(words)
  })

  it('drops the first mention when the bot’s own id is not known', () => {
    expect(spokenText('<@U77> list', null)).toBe('list')
  })

  it('reads the worst of inputs in time', () => {
    const words = spokenText(`${'<'.repeat(50_000)}${'<@U'.repeat(10_000)}${'=“'.repeat(10_000)}`, 'UBOT')

    expect(words).toContain('<')
  })
})

describe('the address for an answer', () => {
  it('may be on loopback only when the API is there, on the same port', () => {
    expect(isAllowedResponseUrl('https://hooks.slack.com/actions/T1/2/3', 'https://slack.com/api/')).toBe(true)
    expect(isAllowedResponseUrl('http://127.0.0.1:4003/respond/1', 'http://127.0.0.1:4003/api/')).toBe(true)
    expect(isAllowedResponseUrl('http://127.0.0.1:4004/respond/1', 'http://127.0.0.1:4003/api/')).toBe(false)
    expect(isAllowedResponseUrl('http://127.0.0.1:4003/respond/1', 'https://slack.com/api/')).toBe(false)
    expect(isAllowedResponseUrl('https://proxy.example/x', 'https://proxy.example/api/')).toBe(false)
  })
})
