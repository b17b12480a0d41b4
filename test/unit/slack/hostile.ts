import fc from 'fast-check'
import { makeProposal, makeRun, makeRunStep, makeStep, makeView } from '../../fakes/slack/make-view.ts'
import type { BlastGraph } from '../../../src/domain/blast-graph.ts'
import type { IncidentView, StepPreviewView } from '../../../src/domain/incident-view.ts'

/** What an attacker would write into a label, a commit message or a name. */
const TRICKS = [
  '<!channel>',
  '<!here|here>',
  '<!everyone>',
  '<!subteam^S0001|@oncall>',
  '<@U0001>',
  '<@U0001|ana>',
  '<#C0001|general>',
  '<https://evil.example|https://argocd.bank.example>',
  '<mailto:a@evil.example|Approve>',
  '<!date^1700000000^{date}^https://evil.example|now>',
  'https://evil.example/?q=1',
  'www.evil.example',
  '@channel @here @everyone',
  '&lt;!channel&gt;',
  '&amp;lt;!channel&amp;gt;',
  '```\n<!channel>\n```',
  '*bold* _it_ ~no~ `code` > quote',
  ':rotating_light: :white_check_mark:',
  '\u202Egnitoor\u202C',
  '\u2066isolate\u2069',
  'a\u200Bb\u200Dc\uFEFFd\u2060e',
  '\u{E0041}\u{E0042}tags\u{E007F}',
  // Of the block of tags, and no format character.
  '\u{E0000}\u{E0010}',
  '\u0000\u0007\u001B[31m',
  '\uD83D',
  '\uDE00',
  '"\\"\\\\"',
  '!["](https://evil.example/beacon.png)',
  '<img src=https://evil.example/x>',
  'line\nbreak\r\nand\u2028more',
  '\u115F\u3164\u00AD\u034F',
] as const

export const hostileText = fc
  .array(
    fc.oneof(fc.constantFrom(...TRICKS), fc.string({ unit: 'binary', maxLength: 20 }), fc.constantFrom(' ', '|', '>')),
    {
      minLength: 1,
      maxLength: 6,
    },
  )
  .map((parts) => parts.join(''))

/** Long enough to overflow anything, and costly in JSON. */
export const hugeText = fc
  .tuple(fc.constantFrom('"', '\\', '&', '<', '𝔸', '\n', 'x ', ...TRICKS), fc.integer({ min: 1, max: 1_500 }))
  .map(([unit, times]) => unit.repeat(times))

/** Names of fields whose values are words of ours, ids or addresses, and never text from outside. */
const OURS = new Set([
  ...[
    'id',
    'severity',
    'state',
    'uses',
    'kind',
    'direction',
    'outcome',
    'source',
    'mode',
    'planHash',
    'planDigest',
    'holds',
  ],
  ...[
    'playbookDigest',
    'proposalId',
    'decision',
    'role',
    'url',
    'host',
    'consoleUrl',
    'feature',
    'changeId',
    'evidence',
    'question',
  ],
])

/** The view with every text from outside replaced, and every list as long as `times` says. */
export function fillView(view: IncidentView, nextText: () => string, times: number): IncidentView {
  const fill = (value: unknown, name: string): unknown => {
    if (value instanceof Date || value === null) return value
    if (Array.isArray(value) && value.length === 0) return value
    if (Array.isArray(value)) {
      return Array.from({ length: times }, (_, index) => fill(value[index % value.length], name))
    }
    if (name === 'blast') return fillGraph(value as BlastGraph, nextText)
    if (typeof value === 'object') {
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, fill(inner, key)]))
    }
    if (typeof value !== 'string' || OURS.has(name)) return value
    // Where nothing is said of the state before, the line is left out: that is no matter of what the text says.
    return name === 'beforeText' ? `${nextText()}.` : nextText()
  }
  return fill(view, '') as IncidentView
}

/** Its edges name the services of its layers, so the same name stays the same, and others differ. */
function fillGraph({ layers, edges }: BlastGraph, nextText: () => string): BlastGraph {
  const names = new Map(layers.flat().map((name, index) => [name, `${nextText()}${String(index)}`]))
  const nameOf = (name: string) => names.get(name) ?? name
  return {
    layers: layers.map((layer) => layer.map(nameOf)),
    edges: edges.map(({ service, dependant }) => ({ service: nameOf(service), dependant: nameOf(dependant) })),
  }
}

/** People write reasons, and choose their names. */
const ENDED = { at: new Date('2026-11-21T10:09:00Z'), reason: 'no', people: ['Ana'] }

/** Commits, images and names are an attacker's to write. */
const PREVIEW: StepPreviewView = {
  facts: {
    ...{
      stepId: 'rollback',
      gatheredAt: '2026-11-21T10:04:00.000Z',
      source: 'Argo CD',
      revisions: null,
      commits: null,
    },
    ...{ images: null, resources: null, versions: null, invocation: null, paged: null, reading: null, unread: [] },
  },
  short: 'takes out 1 commit by Mara',
  rows: [{ label: '7f3c21a', text: 'Ask payments once (Mara)' }],
  gatheredAt: new Date('2026-11-21T10:04:00Z'),
}

const FRIDAY = { service: 'checkout', environment: 'prod', reason: 'Friday', until: new Date('2026-11-21T12:00:00Z') }

/** One of each: nothing in them is empty, so that every text of a card can be replaced. */
export const VIEWS: readonly IncidentView[] = [
  makeView({ impact: ['a'], unreachable: ['argocd'], followUps: ['Revert in Git.'] }),
  makeView({
    suspects: [],
    unknownCause: 'none',
    noProposal: 'No playbook fits.',
    proposal: null,
    freezes: (['run', 'undo'] as const).map((holds) => ({ ...FRIDAY, holds })),
    summary: { source: 'model', sentences: [{ text: 'a', evidence: ['EV-1'] }] },
  }),
  makeView({
    proposal: makeProposal({
      symptomGone: true,
      steps: [makeStep({ preview: PREVIEW })],
      decisions: [{ ...makeProposal().decisions[0]!, decision: 'reject', reason: 'no' }],
    }),
  }),
  makeView({
    proposal: makeProposal({ state: 'rejected', closedAt: new Date('2026-11-21T10:09:00Z'), closedReason: 'no' }),
  }),
  ...(['running', 'unknown', 'failed'] as const).map((state) =>
    makeView({
      proposal: makeProposal({ state: 'approved' }),
      run: makeRun({
        state,
        canUndo: true,
        detail: 'because',
        steps: [
          makeRunStep({ state: 'unknown', detail: 'no answer' }),
          makeRunStep({ uses: 'approval', state: 'failed', ending: { ...ENDED, state: 'rejected' } }),
          makeRunStep({ uses: 'approval', state: 'done', ending: { ...ENDED, state: 'approved' } }),
        ],
      }),
    }),
  ),
]

const ACTIVE_TYPES = [
  'mrkdwn',
  'markdown',
  'user',
  'usergroup',
  'broadcast',
  'channel',
  'team',
  'emoji',
  'image',
  'video',
]
const HIDDEN = /[\p{Cc}\p{Cf}\u{E0000}-\u{E007F}\u202A-\u202E\u2066-\u2069\u200B-\u200F]/u

/** Everything in a message that acts, or hides, though data put it there. */
export function activeParts(
  message: { readonly text: string; readonly blocks: readonly unknown[] },
  allowedUrls: readonly string[] = [],
): readonly string[] {
  const found: string[] = []
  if (/[<>]|&(?!amp;|lt;|gt;)/.test(message.text)) found.push(`markup in the fallback: ${message.text}`)
  const walk = (value: unknown): void => {
    if (typeof value === 'string') {
      if (HIDDEN.test(value.replaceAll('\n', '')) || !value.isWellFormed()) {
        found.push(`hidden characters: ${JSON.stringify(value)}`)
      }
      return
    }
    if (typeof value !== 'object' || value === null) return
    const node = value as Readonly<Record<string, unknown>>
    if (typeof node['type'] === 'string' && ACTIVE_TYPES.includes(node['type'])) found.push(`a ${node['type']} element`)
    if (node['type'] === 'plain_text' && node['emoji'] !== false) found.push('plain text with emoji')
    const { url } = node
    if (typeof url === 'string' && !allowedUrls.includes(url)) found.push(`a link to ${url}`)
    Object.values(node).forEach(walk)
  }
  walk(message.text)
  message.blocks.forEach(walk)
  return found
}
