import { describe, expect, it } from '@jest/globals'
import { buttonsOf, wordsOfCard } from '../../fakes/teams/card-reading.ts'
import { makeProposal, makeRun, makeRunStep, makeView } from '../../fakes/slack/make-view.ts'
import { plainTextOf } from '../slack/words-of.ts'
import { renderCard } from '../../../src/adapters/teams/render/render-card.ts'
import { renderCard as renderSlackCard } from '../../../src/adapters/slack/render/render-card.ts'
import { renderPost } from '../../../src/adapters/teams/render/render-post.ts'
import { renderReply } from '../../../src/adapters/teams/render/render-reply.ts'
import { wordsOf } from '../../../src/adapters/teams/render/card-actions.ts'
import type { IncidentView } from '../../../src/domain/incident-view.ts'

const contentOf = (view: IncidentView) => renderCard(view).attachments[0].content
const stored = (view: IncidentView) => ({ activity: renderCard(view) }) as never

const STATES: readonly (readonly [string, IncidentView])[] = [
  ['a pending proposal', makeView()],
  ['no proposal', makeView({ proposal: null, noProposal: 'No playbook fits.' })],
  ['an unknown cause', makeView({ suspects: [], unknownCause: 'No change within 2 h before onset.' })],
  ['a gone symptom', makeView({ proposal: makeProposal({ symptomGone: true }) })],
  ['an approved plan', makeView({ proposal: makeProposal({ state: 'approved' }) })],
  [
    'a rejection',
    makeView({ proposal: makeProposal({ state: 'rejected', closedReason: 'no', closedAt: new Date(0) }) }),
  ],
  ...(['queued', 'running', 'waiting', 'unknown', 'succeeded', 'failed', 'stopped', 'undone'] as const).map(
    (state): readonly [string, IncidentView] => [
      `a run that is ${state}`,
      makeView({
        proposal: makeProposal({ state: 'approved' }),
        run: makeRun({ state, canUndo: true, steps: [makeRunStep({ state: 'unknown' })] }),
      }),
    ],
  ),
  ['an end', makeView({ state: 'resolved', resolvedAt: new Date('2026-11-21T11:00:00Z'), proposal: null })],
]

describe('the card in Teams', () => {
  it.each(STATES)('says what the one in Slack says, in the same order: %s', (_state, view) => {
    const inOneLine = (words: string) =>
      words
        .replace(/\s+/g, ' ')
        .replace(/(?:• |\b\d+\. (?=Roll))/g, '')
        .trim()

    const teams = inOneLine(wordsOfCard(contentOf(view)))
    const slack = inOneLine(plainTextOf(renderSlackCard(view, { hasButtons: false }).blocks))

    const wordsIn = (text: string) =>
      text
        .split(' ')
        .filter((word) => !/^\d{4}-\d\d-\d\d|^\d\d:\d\d$|^UTC/.test(word))
        .join('')
    expect(wordsIn(teams)).toBe(wordsIn(slack))
  })

  it.each(STATES)('offers the buttons that the one in Slack offers: %s', (_state, view) => {
    const actions = renderSlackCard(view).blocks.filter((block) => block.type === 'actions')
    const labels = actions.flatMap(({ elements }) =>
      elements.map((button) => ('text' in button ? button.text.text : '')),
    )

    expect(buttonsOf(stored(view))).toEqual(labels)
  })

  it('is an Adaptive Card of version 1.5 that begins with severity, service and symptom', () => {
    const content = contentOf(makeView())

    expect(content).toMatchObject({ type: 'AdaptiveCard', version: '1.5' })
    expect(wordsOfCard(content).split('\n')[0]).toBe('🟠 SEV2 · checkout: 5xx 8.4 %')
    expect(renderCard(makeView()).summary).toContain('INC-12 SEV2 (open). 5xx 8.4 % on checkout since 10:04 UTC.')
  })

  it('asks a second time before an approval counts, and names the plan', () => {
    const [approve] = contentOf(makeView())['actions'] as readonly Record<string, unknown>[]
    const card = approve?.['card'] as { body: readonly object[]; actions: readonly Record<string, unknown>[] }

    expect(approve).toMatchObject({ type: 'Action.ShowCard', title: 'Approve' })
    expect(wordsOfCard(card as never)).toContain('Approve PRO-3?')
    expect(wordsOfCard(card as never)).toContain('Plan abcdef01, INC-12.')
    expect(card.actions[0]).toMatchObject({
      type: 'Action.Execute',
      verb: 'approve',
      associatedInputs: 'none',
      fallback: { type: 'Action.Submit', data: card.actions[0]?.['data'] },
    })
  })

  it('asks for the reason of a rejection on the card itself', () => {
    const reject = (contentOf(makeView())['actions'] as readonly Record<string, unknown>[])[1]
    const card = reject?.['card'] as { body: readonly object[]; actions: readonly object[] }

    expect(card.body[1]).toMatchObject({ type: 'Input.Text', id: 'words-reject', isRequired: true, label: 'Why' })
    expect(card.actions).toMatchObject([{ type: 'Action.Execute', title: 'Reject', associatedInputs: 'auto' }])
  })

  it('names each of its inputs once', () => {
    const view = makeView({
      proposal: makeProposal({ state: 'approved' }),
      run: makeRun({ state: 'unknown', steps: [makeRunStep({ state: 'unknown' })] }),
    })
    const ids = [...JSON.stringify(contentOf(view)).matchAll(/"id":"(words-[^"]+)"/g)].map((match) => match[1])

    expect(ids).toEqual(['words-settle-retry', 'words-settle-done', 'words-settle-abort', 'words-note'])
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('carries ids and the hash in a button, and nothing else', () => {
    const data = /\{\\"v\\":\\"approve\\"[^}]*\}/.exec(JSON.stringify(contentOf(makeView())['actions']))?.[0]

    expect(data).toBe(
      `{\\"v\\":\\"approve\\",\\"i\\":\\"INC-12\\",\\"p\\":\\"PRO-3\\",\\"h\\":\\"${'abcdef01'.repeat(8)}\\"}`,
    )
  })

  it('shows links with their hosts, as actions of their own', () => {
    const runs = JSON.stringify(contentOf(makeView()))

    expect(runs).toContain('"text":"Runbook (runbooks.example.com)"')
    expect(runs).toContain('"selectAction":{"type":"Action.OpenUrl","url":"https://runbooks.example.com/checkout"')
  })
})

describe('the words typed on a card', () => {
  const press = {
    verb: 'reject',
    incidentId: 'INC-1',
    proposalId: null,
    planHash: null,
    stepId: null,
    answer: null,
  } as const

  it('are those beside the button that was pressed', () => {
    expect(wordsOf(press, { 'words-note': 'other', 'words-reject': '  It is the database ' })).toBe(
      'It is the database',
    )
    expect(wordsOf({ ...press, verb: 'settle', answer: 'done' }, { 'words-settle-done': 'seen' })).toBe('seen')
  })

  it.each([[{}], [null], ['words-reject'], [{ 'words-reject': 7 }], [{ 'words-reject': '   ' }]])(
    'are none where nothing was typed: %j',
    (data) => expect(wordsOf(press, data)).toBeNull(),
  )

  it('end where a field of ours ends', () => {
    expect(wordsOf(press, { 'words-reject': 'x'.repeat(5_000) })).toHaveLength(1_000)
  })
})

describe('answers and posts in Teams', () => {
  it('keep lines and columns apart', () => {
    const words = wordsOfCard(renderPost('one\n\ntwo   three').attachments[0].content)
    expect(words).toBe('one\ntwo   three')

    const help = renderReply({
      ...{ kind: 'answer', code: 'done', text: 'What you can say:', rows: [], card: null },
      ...{ preformatted: 'list      shows\nstatus    shows', shared: false, incidentId: null },
    })
    expect(wordsOfCard(help.attachments[0].content)).toContain(`list${'\u00a0'.repeat(6)}shows\nstatus`)
  })
})
