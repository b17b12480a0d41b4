import fc from 'fast-check'
import { describe, expect, it } from '@jest/globals'
import { VIEWS, fillView, hostileText, hugeText } from '../slack/hostile.ts'
import { html } from '../../../src/adapters/console/html.ts'
import { renderCard } from '../../../src/adapters/console/render-card.ts'
import { renderIncidentList, renderIncidentPage } from '../../../src/adapters/console/pages.ts'
import { renderReply } from '../../../src/adapters/console/render-reply.ts'
import { sampleViews } from '../../../src/adapters/console/preview/sample-views.ts'
import type { Evidence } from '../../../src/domain/evidence.ts'
import type { IncidentView } from '../../../src/domain/incident-view.ts'
import type { Reply } from '../../../src/orchestrator/index.ts'
import type { TimelineEntry } from '../../../src/domain/timeline.ts'

const NOW = new Date('2026-11-21T10:20:00Z')
const CONTEXT = { now: NOW, csrf: 'token', personId: 'ana@bank.example' }
const RUNS = { numRuns: 60 }
const HIDDEN = /[\p{Cf}\u{E0000}-\u{E007F}]|[\p{Cc}--[\n\r\t]]/v

const kinds = fc.constantFrom(...VIEWS, ...sampleViews(NOW).map(({ view }) => view))
const texts = fc.array(fc.oneof({ weight: 4, arbitrary: hostileText }, hugeText), { minLength: 1, maxLength: 8 })
const times = fc.integer({ min: 1, max: 8 })

const MARKS = { shownHash: '', isQuiet: false }

/** Everything that acts in a page: tags with the names of their attributes, and where links and forms lead. */
function activeParts(markup: string): readonly string[] {
  const tags = markup.match(/<[^>]*>/g) ?? []
  return tags.map((tag) => {
    const [name = ''] = /^<\/?[a-z0-9!]+/i.exec(tag) ?? []
    const attributes = [...tag.matchAll(/\s([a-z-]+)="([^"]*)"/gi)].map(([, attribute = '', value = '']) =>
      ['href', 'action', 'src', 'formaction'].includes(attribute) ? `${attribute}=${value}` : attribute,
    )
    return [name, ...attributes].join(' ')
  })
}

function filled(view: IncidentView, words: readonly string[], count: number): IncidentView {
  let index = 0
  return fillView(view, () => words[index++ % words.length] ?? '', count)
}

/** The page is built the same whatever the data says, and hides nothing. */
function expectInert(hostile: string, plain: string): void {
  expect(activeParts(hostile)).toEqual(activeParts(plain))
  expect(HIDDEN.test(hostile)).toBe(false)
  expect(hostile.isWellFormed()).toBe(true)
}

describe('text from outside, on every page of the console', () => {
  it('never becomes mark-up, a link or a form, in a card', () => {
    fc.assert(
      fc.property(kinds, texts, times, (view, words, count) => {
        const draw = (given: readonly string[]) => renderCard(filled(view, given, count), CONTEXT).text
        expectInert(draw(words), draw(['plain']))
      }),
      RUNS,
    )
  })

  it('never does so in an answer, on an incident’s page or in the list', () => {
    fc.assert(
      fc.property(kinds, texts, times, (view, words, count) => {
        const draw = (given: readonly string[]) => {
          const shown = filled(view, given, count)
          const said = replyOf(given[0] ?? '', shown)
          const drawn = { incidentId: 'INC-1', title: given[0] ?? '', svg: '<svg/>', words: given[1] ?? '', ...MARKS }
          const page = {
            view: shown,
            timeline: [entryOf(given)],
            evidence: [pieceOf(given)],
            picture: drawn,
            reply: said,
          }
          const parts = [
            renderReply(said, CONTEXT),
            renderIncidentPage(page, CONTEXT),
            renderIncidentList([shown], CONTEXT, said, { notes: given, changes: [] }),
          ]
          return html`${parts}`.text
        }
        expectInert(draw(words), draw(words.map(() => 'plain')))
      }),
      RUNS,
    )
  })

  it('would be found by this check, were it put there as it is', () => {
    const careless = '<p><a href="https://evil.example">Approve</a></p>'

    expect(activeParts(careless)).not.toEqual(activeParts('<p>plain</p>'))
    expect(HIDDEN.test('a\u202Eb')).toBe(true)
  })
})

function replyOf(text: string, card: IncidentView): Reply {
  const rows = [{ label: text, text }]
  return { kind: 'refused', code: 'done', text, rows, preformatted: text, card, shared: false, incidentId: card.id }
}

function entryOf([text = '']: readonly string[]): TimelineEntry {
  return {
    id: '1',
    incidentId: 'INC-1',
    at: NOW,
    actor: { type: 'human', id: text, name: text },
    origin: 'slack',
    event: 'note.added',
    text,
  }
}

function pieceOf([text = '']: readonly string[]): Evidence {
  const data = {
    unit: text,
    points: [
      [NOW.getTime() - 60_000, 1],
      [NOW.getTime(), 2],
    ],
  }
  return { id: 'EV-1', incidentId: 'INC-1', kind: 'note', source: text, at: NOW, fact: text, url: null, data }
}
