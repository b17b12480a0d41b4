import { describe, expect, it } from '@jest/globals'
import { decodeButton } from '../../../src/adapters/shared/card/button-value.ts'
import { makeProposal, makeRun, makeView } from '../../fakes/slack/make-view.ts'
import { MOST_CARD_BLOCKS } from '../../../src/adapters/shared/card/card-room.ts'
import { plainTextOf } from './words-of.ts'
import { renderCard } from '../../../src/adapters/slack/render/render-card.ts'
import { renderCard as renderTeamsCard } from '../../../src/adapters/teams/render/render-card.ts'
import { renderCard as renderConsoleCard } from '../../../src/adapters/console/render-card.ts'
import type { FeedbackView, IncidentView } from '../../../src/domain/incident-view.ts'

const cause: FeedbackView = {
  ...{ question: 'cause', about: 'CHG-7', subject: 'deploy of checkout to 7f3c21a' },
  counts: { yes: 2, no: 1, unsure: 0 },
}
const playbook: FeedbackView = {
  ...{ question: 'playbook', about: 'RUN-5', subject: 'rollback-bad-deploy', counts: { yes: 0, no: 0, unsure: 0 } },
}

function over(feedback: readonly FeedbackView[]): IncidentView {
  const run = makeRun({ state: 'succeeded' })
  const proposal = makeProposal({ state: 'approved' })
  return makeView({ state: 'resolved', resolvedAt: new Date('2026-11-21T11:00:00Z'), proposal, run, feedback })
}

interface Button {
  readonly text: { readonly text: string }
  readonly action_id: string
  readonly value: string
}
const buttonsOf = (view: IncidentView) =>
  renderCard(view).blocks.flatMap((block) => (block.type === 'actions' ? (block.elements as unknown as Button[]) : []))

describe('the card of a resolved incident', () => {
  it('asks both questions in words, with what people have said, and stays within its blocks', () => {
    const { blocks } = renderCard(over([cause, playbook]))
    const words = plainTextOf(blocks)

    expect(words).toContain('Was the cause right? deploy of checkout to 7f3c21a (CHG-7). 2 say right, 1 says wrong.')
    expect(words).toContain('Did the playbook help? rollback-bad-deploy (RUN-5). Nobody has said yet.')
    expect(blocks.length).toBeLessThanOrEqual(MOST_CARD_BLOCKS)
  })

  it('has a button for each answer, which says what it is about', () => {
    const buttons = buttonsOf(over([cause, playbook]))

    expect(buttons.map(({ text }) => text.text)).toEqual([
      ...['Cause right', 'Cause wrong', 'Cause not sure', 'Playbook helped', 'Playbook did not help', 'Add note'],
    ])
    expect(new Set(buttons.map(({ action_id }) => action_id)).size).toBe(6)
    expect(buttons.map(({ value }) => decodeButton(value)).map((one) => [one?.answer, one?.about])).toEqual([
      ...[
        ['right', 'CHG-7'],
        ['wrong', 'CHG-7'],
        ['unsure', 'CHG-7'],
        ['helped', 'RUN-5'],
        ['no', 'RUN-5'],
      ],
      [null, undefined],
    ])
  })

  it('asks only what can be asked', () => {
    expect(buttonsOf(over([cause]))).toHaveLength(4)
    expect(buttonsOf(over([]))).toHaveLength(1)
  })

  it('shows in Teams the same, and six actions at most', () => {
    const card = renderTeamsCard(over([cause, playbook])).attachments[0].content as { actions: { title: string }[] }

    expect(card.actions.map(({ title }) => title)).toEqual(
      buttonsOf(over([cause, playbook])).map(({ text }) => text.text),
    )
    expect(card.actions.length).toBeLessThanOrEqual(6)
  })

  it('takes the words of a change for words in every surface', () => {
    const evil = '<!channel> <img src=x> [a](https://evil.example)'
    const view = over([{ ...cause, subject: evil }])
    const context = { now: new Date(), csrf: 'c', personId: null }

    expect(plainTextOf(renderCard(view).blocks)).toContain(evil)
    expect(String(renderConsoleCard(view, context))).not.toContain('<img')
  })
})
