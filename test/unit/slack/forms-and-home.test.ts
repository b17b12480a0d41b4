import fc from 'fast-check'
import { describe, expect, it } from '@jest/globals'
import { AGENT_PROMPTS } from '../../../src/adapters/slack/agent-prompts.ts'
import { SHORTCUTS } from '../../../src/adapters/slack/shortcuts.ts'
import { VIEWS, activeParts, fillView, hostileText, hugeText } from './hostile.ts'
import { checkHome, checkModal } from '../../fakes/slack/block-limits.ts'
import { parseVerb } from '../../../src/orchestrator/verbs/parse-verb.ts'
import { plainTextOf } from './words-of.ts'
import { readCaptureForm, renderCaptureForm } from '../../../src/adapters/slack/render/capture-form.ts'
import { readInputsForm, renderInputsForm } from '../../../src/adapters/slack/render/inputs-form.ts'
import { renderDeclareForm } from '../../../src/adapters/slack/render/declare-form.ts'
import { renderHome } from '../../../src/adapters/slack/render/render-home.ts'
import type { ChatWords, FormInput, HomeAnswer } from '../../../src/orchestrator/index.ts'
import type { CaptureWish } from '../../../src/adapters/slack/incoming/slack-request.ts'

const RUNS = { numRuns: 60 }
const text = fc.oneof(hostileText, hugeText)
const partsOf = (view: { readonly blocks: readonly unknown[] }, urls: readonly string[] = []) =>
  activeParts({ text: '', blocks: view.blocks }, urls)

const WISH: CaptureWish = {
  channel: 'C'.repeat(64),
  message: '1'.repeat(64),
  how: 'shortcut',
  incidentId: null,
  words: null,
}
const LINK = 'https://example-bank.slack.com/archives/C0001/p1'

describe('the form for declaring an incident', () => {
  it('stays within the limits, whatever the catalog holds', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 120 }), (services) => {
        const view = renderDeclareForm(
          { kind: 'declare', declared: { severity: 'SEV2', title: '', service: null }, services },
          'C0001',
        )

        expect(checkModal(view)).toEqual([])
      }),
      RUNS,
    )
  })

  it.each([
    [0, 'plain_text_input'],
    [1, 'static_select'],
    [100, 'static_select'],
    [101, 'plain_text_input'],
  ])('asks for one of %i services by a %s', (count, element) => {
    const services = Array.from({ length: count }, (_one, index) => `service-${String(index)}`)
    const view = renderDeclareForm(
      { kind: 'declare', declared: { severity: null, title: '', service: null }, services },
      null,
    )

    expect(JSON.stringify(view.blocks[2])).toContain(`"type":"${element}"`)
  })
})

describe('the form for the inputs of a playbook', () => {
  it('stays within the limits, and nothing from outside acts or hides in it', () => {
    fc.assert(
      fc.property(text, text, fc.constantFrom('string', 'number', 'boolean'), (title, value, type) => {
        const inputs: FormInput[] = Array.from({ length: 40 }, (_one, index) => ({
          ...{ name: `n${String(index)}`, title, type, value },
          otherwise: index % 2 === 0 ? null : title,
        }))
        const view = renderInputsForm({ kind: 'inputs', incidentId: 'INC-1', playbook: 'p', title, inputs }, 'C0001')

        expect(checkModal(view)).toEqual([])
        expect(partsOf(view)).toEqual([])
      }),
      RUNS,
    )
  })

  it('gives back exactly what was there, or nothing: a value that a field would change is not in it', () => {
    fc.assert(
      fc.property(text, (value) => {
        const input: FormInput = { name: 'app', title: 'App', type: 'string', value, otherwise: 'service.argocd.app' }
        const view = renderInputsForm(
          { kind: 'inputs', incidentId: 'INC-1', playbook: 'p', title: 'P', inputs: [input] },
          null,
        )
        const shown = (view.blocks.at(-1) as { element?: { initial_value?: string } }).element?.initial_value

        expect([undefined, value]).toContain(shown)
      }),
      RUNS,
    )
  })

  it('takes names that mean something to the language as what they are', () => {
    const values = new Map([
      ['input:__proto__', 'x'],
      ['input:constructor', 'y'],
      ['other', 'z'],
    ])
    const account = { surface: 'slack', tenant: 'T0001', user: 'U0001', displayName: 'ana' } as const

    const form = readInputsForm({ c: null, i: 'INC-1', p: 'p' }, values, account)

    expect(form?.kind === 'filled' && form.filled.kind === 'inputs' && Object.entries(form.filled.inputs)).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ])
    expect(({} as Record<string, unknown>)['x']).toBeUndefined()
  })
})

describe('the form for choosing an incident', () => {
  it('stays within the limits, and remembers the message as far as it fits', () => {
    fc.assert(
      fc.property(text, text, fc.boolean(), (title, raw, isRead) => {
        // As the orchestrator hands it on.
        const said = raw.toWellFormed()
        const words: ChatWords = {
          text: said,
          author: { surface: 'slack', tenant: 'T0001', user: 'U0002', displayName: title.slice(0, 80) },
          thread: '1.2',
        }
        const incidents = Array.from({ length: 150 }, (_one, index) => ({
          id: `INC-${String(index)}`,
          severity: 'SEV2',
          title,
        }))
        const view = renderCaptureForm(WISH, incidents, isRead ? words : null)

        expect(checkModal(view)).toEqual([])
        expect(partsOf(view)).toEqual([])
        const form = readCaptureForm(JSON.parse(view.private_metadata ?? ''), new Map([['incident', 'INC-7']]))
        const kept = form?.kind === 'capture' ? form.wish : undefined
        expect(kept).toMatchObject({ channel: WISH.channel, message: WISH.message, incidentId: 'INC-7' })
        if (!isRead) expect(kept?.words).toBeNull()
        else expect(said.startsWith((kept?.words?.text ?? '').replace(/…? \(truncated\)$/, ''))).toBe(true)
      }),
      RUNS,
    )
  })

  it.each(['INC-7; drop', 'inc-7', '', 'INC-'])('takes no answer like %j', (answer) => {
    expect(readCaptureForm({ c: 'C1', m: '1.2', w: null }, new Map([['incident', answer]]))).toBeUndefined()
  })
})

describe('the app’s home', () => {
  const homeOf = (words: readonly string[], count: number): HomeAnswer => {
    let index = 0
    const items = Array.from({ length: count }, (_one, at) => ({
      view: {
        ...fillView(VIEWS[at % VIEWS.length]!, () => words[index++ % words.length] ?? '', 3),
        id: `INC-${String(at)}`,
      },
      cards: [],
    }))
    const person = { id: 'ana', name: 'Ana', slack: null, teams: null, groups: [], roles: [] }
    return { kind: 'home', home: { person, awaiting: items, open: items, more: 12 } }
  }

  it('stays within the limits, and nothing from outside acts or hides in it', () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 8 }), fc.integer({ min: 0, max: 80 }), (words, count) => {
        const home = renderHome(homeOf(words, count), (id) => (id === 'INC-1' ? null : LINK))

        expect(checkHome(home)).toEqual([])
        expect(partsOf(home, [LINK])).toEqual([])
        expect(JSON.stringify(home).length).toBeLessThan(250_000)
      }),
      { numRuns: 40 },
    )
  })

  it('holds no button that carries anything: what it shows cannot be decided there', () => {
    const home = renderHome(homeOf(['x'], 5), () => LINK)
    const buttons = home.blocks.flatMap((block) =>
      'elements' in block && block.type === 'actions' ? block.elements : [],
    )

    expect(buttons.length).toBeGreaterThan(0)
    expect(buttons.filter((button) => 'value' in button)).toEqual([])
  })

  it('says so when nothing waits and nothing is open', () => {
    const home = renderHome({ ...homeOf([], 0), kind: 'home' } as HomeAnswer, () => null)

    expect(plainTextOf(home.blocks)).toContain('Nothing waits for you')
    expect(plainTextOf(home.blocks)).toContain('Open incidents: 12')
  })
})

describe('what the manifest declares', () => {
  it('suggests at most four prompts, each a line of the grammar', () => {
    expect(AGENT_PROMPTS.length).toBeLessThanOrEqual(4)
    for (const { message } of AGENT_PROMPTS) expect(parseVerb(message).verb).toBe(message)
  })

  it('names shortcuts as short as Slack wants them', () => {
    for (const { name, callbackId } of Object.values(SHORTCUTS)) {
      expect(name.length).toBeLessThanOrEqual(24)
      expect(callbackId.length).toBeLessThanOrEqual(255)
    }
  })
})
