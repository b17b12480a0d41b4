import fc from 'fast-check'
import { describe, expect, it } from '@jest/globals'
import { VIEWS, activeParts, fillView, hostileText, hugeText } from './hostile.ts'
import { checkBlocks, checkModal } from '../../fakes/slack/block-limits.ts'
import { fallbackText } from '../../../src/adapters/slack/render/fallback-text.ts'
import { makeView } from '../../fakes/slack/make-view.ts'
import { renderCard } from '../../../src/adapters/slack/render/render-card.ts'
import { renderPost } from '../../../src/adapters/slack/render/render-post.ts'
import { renderReasonForm } from '../../../src/adapters/slack/render/reason-form.ts'
import { renderReply } from '../../../src/adapters/slack/render/render-reply.ts'
import type { IncidentView } from '../../../src/domain/incident-view.ts'
import type { Reply } from '../../../src/orchestrator/index.ts'

const URLS = ['https://runbooks.example.com/checkout', 'https://countersign.example.com/incidents/INC-12']
const RUNS = { numRuns: 60 }

const hostileView = fc
  .record({
    view: fc.constantFrom(...VIEWS),
    texts: fc.array(fc.oneof({ weight: 4, arbitrary: hostileText }, hugeText), { minLength: 1, maxLength: 12 }),
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

describe('text from outside, in everything that is sent to Slack', () => {
  it('never becomes a mention, a link or mark-up, and hides nothing, in a card', () => {
    fc.assert(
      fc.property(hostileView, (view) => {
        expect(activeParts(renderCard(view), URLS)).toEqual([])
      }),
      RUNS,
    )
  })

  it('never does so in an answer, a post or a form', () => {
    fc.assert(
      fc.property(hostileText, hostileView, (text, view) => {
        expect(activeParts(renderReply(reply(text, view, 3)), URLS)).toEqual([])
        expect(activeParts(renderPost(text))).toEqual([])
        const button = {
          verb: 'settle',
          incidentId: 'INC-1',
          proposalId: null,
          planHash: null,
          stepId: text,
          answer: 'done',
        } as const
        const form = renderReasonForm('settle', button, { channel: 'C1', message: '1.2' })
        expect(activeParts({ text: '', blocks: form.blocks })).toEqual([])
      }),
      RUNS,
    )
  })

  it('would be found by this check, were it put there as mark-up', () => {
    const careless = (text: string) => ({ text, blocks: [{ type: 'section', text: { type: 'mrkdwn', text } }] })

    expect(activeParts(careless('<!channel>'))).toHaveLength(2)
    expect(activeParts({ text: 'see', blocks: [{ type: 'link', url: 'https://evil.example' }] })).toHaveLength(1)
    expect(activeParts({ text: 'a\u202Eb', blocks: [] })).toHaveLength(1)
  })

  it('keeps within every limit of Slack, however long and many', () => {
    fc.assert(
      fc.property(hostileView, (view) => {
        const { blocks } = renderCard(view)

        expect(checkBlocks(blocks, 12)).toEqual([])
        expect(JSON.stringify(blocks).length).toBeLessThanOrEqual(10_000)
      }),
      RUNS,
    )
  })

  it('keeps within them in answers and posts', () => {
    fc.assert(
      fc.property(hugeText, hostileView, fc.integer({ min: 0, max: 200 }), (text, view, rows) => {
        for (const message of [renderReply(reply(text, view, rows)), renderPost(text)]) {
          if (message.blocks.length > 0) expect(checkBlocks(message.blocks)).toEqual([])
          expect(JSON.stringify(message.blocks).length).toBeLessThanOrEqual(12_000)
          expect(message.text.length).toBeLessThanOrEqual(3_000)
        }
      }),
      { numRuns: 60 },
    )
  })

  it('leaves the plan, the decisions and the buttons on the fullest card', () => {
    const view = fillView(makeView(), () => '"'.repeat(5_000), 60)
    const words = JSON.stringify(renderCard(view).blocks)

    expect(words).toContain('abcdef01')
    expect(words).toContain('1 of 2 approvals')
    expect(words).toContain('Approve')
    expect(words).toContain('more steps: read the whole plan in the console before you approve.')
    expect(words).toContain('(truncated)')
  })

  it('is escaped whole where it is cut', () => {
    fc.assert(
      fc.property(hugeText, fc.integer({ min: 20, max: 300 }), (text, most) => {
        const fallback = fallbackText(text, most)

        expect(fallback.length).toBeLessThanOrEqual(most)
        expect(fallback).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/)
      }),
      RUNS,
    )
  })

  it('fits a form even with the longest step a button carries', () => {
    const button = {
      verb: 'settle',
      incidentId: 'INC-999999999999',
      proposalId: 'PRO-999999999999',
      planHash: 'f'.repeat(64),
      stepId: '"'.repeat(200),
      answer: 'abort',
    } as const

    expect(
      checkModal(renderReasonForm('settle', button, { channel: 'C'.repeat(64), message: '1'.repeat(64) })),
    ).toEqual([])
  })
})
