import fc from 'fast-check'
import { describe, expect, it } from '@jest/globals'
import { MOST_CARD_BYTES, renderCard, sizeOf } from '../../../src/adapters/teams/render/render-card.ts'
import { VIEWS, fillView, hostileText, hugeText } from '../slack/hostile.ts'
import { activeParts } from './active-parts.ts'
import { makeView } from '../../fakes/slack/make-view.ts'
import { renderHome } from '../../../src/adapters/teams/render/render-home.ts'
import { renderLine, renderReply } from '../../../src/adapters/teams/render/render-reply.ts'
import { renderPost } from '../../../src/adapters/teams/render/render-post.ts'
import { wordsOfCard } from '../../fakes/teams/card-reading.ts'
import type { Home, Reply } from '../../../src/orchestrator/index.ts'
import type { IncidentView } from '../../../src/domain/incident-view.ts'
import type { TeamsMessage } from '../../../src/adapters/teams/render/render-card.ts'

const URLS = ['https://runbooks.example.com/checkout', 'https://countersign.example.com/incidents/INC-12']
const RUNS = { numRuns: 60 }
const TEAMS_TRICKS = [
  '<at>Everyone</at>',
  '[Approve](https://evil.example)',
  '![x](https://evil.example/beacon.png)',
  '{{DATE(2026-01-01T00:00:00Z,SHORT)}}',
  '{{TIME(2026-01-01T00:00:00Z)}}',
  '<b onclick=x>bold</b><script>1</script>',
  '# heading\n- item\n1. item',
  '&lt;at&gt;Everyone&lt;/at&gt;',
]
const anyText = fc.oneof(hostileText, fc.constantFrom(...TEAMS_TRICKS))

const hostileView = fc
  .record({
    view: fc.constantFrom(...VIEWS),
    texts: fc.array(fc.oneof({ weight: 4, arbitrary: anyText }, hugeText), { minLength: 1, maxLength: 12 }),
    times: fc.integer({ min: 1, max: 60 }),
  })
  .map(({ view, texts, times }) => {
    let index = 0
    return fillView(view, () => texts[index++ % texts.length] ?? '', times)
  })

const reply = (text: string, view: IncidentView | null, rows: number): Reply => ({
  kind: 'answer',
  code: 'done',
  text,
  rows: Array.from({ length: rows }, () => ({ label: text, text })),
  preformatted: text,
  card: view,
  shared: true,
  incidentId: null,
})
const homeOf = (name: string, view: IncidentView, times: number): Home => {
  const items = Array.from({ length: times }, () => ({ view, cards: [] }))
  const person = { id: 'ana', name, slack: null, teams: null, groups: [], roles: [] }
  return { person, awaiting: items, open: items, more: times }
}

describe('text from outside, in everything that is sent to Teams', () => {
  it('never becomes a mention, a link, a picture or mark-up, and hides nothing, in a card', () => {
    fc.assert(
      fc.property(hostileView, (view) => {
        expect(activeParts(renderCard(view), URLS)).toEqual([])
      }),
      RUNS,
    )
  })

  it('never does so in an answer, a post or a front page', () => {
    fc.assert(
      fc.property(anyText, hostileView, (text, view) => {
        expect(activeParts(renderReply(reply(text, view, 3)), URLS)).toEqual([])
        expect(activeParts(renderPost(text))).toEqual([])
        expect(activeParts(renderHome(homeOf(text, view, 3)), URLS)).toEqual([])
      }),
      RUNS,
    )
  })

  it('never does so in the one line that Teams takes bare', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, hugeText), (text) => {
        const line = renderLine(reply(text, null, 2))

        expect(line).not.toMatch(/[<>[\]*_`~#|\\]|:\/\/|www\./i)
        expect(line.length).toBeLessThanOrEqual(2_000)
      }),
      RUNS,
    )
  })

  it('would be found by this check, were it put there as mark-up', () => {
    const careless = (element: object): TeamsMessage => ({
      type: 'message',
      summary: '',
      attachments: [{ contentType: '', content: { type: 'AdaptiveCard', body: [element] } }],
    })

    expect(activeParts(careless({ type: 'TextBlock', text: '[x](https://evil.example)' }))).toHaveLength(1)
    expect(activeParts(careless({ type: 'TextRun', text: '{{DATE(2026-01-01T00:00:00Z)}}' }))).toHaveLength(1)
    expect(activeParts(careless({ type: 'TextRun', text: 'a\u202Eb' }))).toHaveLength(1)
    expect(activeParts(careless({ type: 'Action.OpenUrl', url: 'https://evil.example' }))).toHaveLength(1)
    expect(activeParts(careless({ type: 'Image', url: 'https://evil.example' }))).toHaveLength(2)
  })

  it('keeps the card within 25 KB and 12 blocks, however long and many', () => {
    fc.assert(
      fc.property(hostileView, (view) => {
        const { content } = renderCard(view).attachments[0]

        expect(sizeOf(content)).toBeLessThanOrEqual(MOST_CARD_BYTES)
        expect((content['body'] as readonly unknown[]).length).toBeLessThanOrEqual(12)
      }),
      RUNS,
    )
  })

  it('keeps answers and posts within them as well', () => {
    fc.assert(
      fc.property(hugeText, hostileView, fc.integer({ min: 0, max: 200 }), (text, view, rows) => {
        for (const message of [renderReply(reply(text, view, rows)), renderPost(text)]) {
          expect(sizeOf(message)).toBeLessThanOrEqual(28_000)
          expect(message.summary.length).toBeLessThanOrEqual(600)
        }
      }),
      RUNS,
    )
  })

  it('leaves the plan, the decisions and the buttons on the fullest card', () => {
    const { content } = renderCard(fillView(makeView(), () => '"'.repeat(5_000), 60)).attachments[0]
    const words = wordsOfCard(content)

    expect(words).toContain('abcdef01')
    expect(words).toContain('1 of 2 approvals')
    expect(words).toContain('more steps: read the whole plan in the console before you approve.')
    expect(words).toContain('(truncated)')
    expect(JSON.stringify(content['actions'])).toContain('"Approve"')
  })
})
