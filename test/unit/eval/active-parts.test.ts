import { describe, expect, it } from '@jest/globals'
import { activeParts } from '../../../src/cli/eval/hostile/active-parts.ts'

const ALLOWED = new Set(['runbooks.example.com'])

describe('what acts in a message', () => {
  it.each<[string, unknown, 'mentions' | 'links']>([
    ['a broadcast in mrkdwn', { type: 'mrkdwn', text: 'x <!channel>' }, 'mentions'],
    ['a person in mrkdwn', { type: 'mrkdwn', text: '<@U0001>' }, 'mentions'],
    ['a person as an element', { type: 'user', user_id: 'U0001' }, 'mentions'],
    ['a person in a card of Teams', { type: 'TextBlock', text: '<at>Everyone</at>' }, 'mentions'],
    ['a link with a title', { type: 'mrkdwn', text: '<https://evil.example|x>' }, 'links'],
    ['a link in Markdown', { type: 'TextBlock', text: '[x](https://evil.example)' }, 'links'],
    ['a button that leads away', { type: 'button', url: 'https://evil.example' }, 'links'],
    ['a bracket in the line beside the blocks', { text: '<https://evil.example>' }, 'links'],
  ])('is found: %s', (_name, message, kind) => {
    expect(activeParts([message], ALLOWED)[kind].length).toBeGreaterThan(0)
  })

  it.each<[string, unknown]>([
    ['text that is shown as it is', { type: 'plain_text', text: '<!channel> <https://evil.example>' }],
    ['a run of rich text', { type: 'TextRun', text: '<at>x</at> https://evil.example' }],
    ['what is escaped', { type: 'mrkdwn', text: '&lt;!channel&gt;' }],
    ['a link of ours', { type: 'button', url: 'https://runbooks.example.com/a' }],
  ])('is nothing in %s', (_name, message) => {
    expect(activeParts([{ blocks: [message] }], ALLOWED)).toEqual({ mentions: [], links: [] })
  })
})
