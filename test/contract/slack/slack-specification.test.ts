import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from '@jest/globals'
import { blockActions, commandFields, messageShortcut, reaction, viewSubmission } from '../../fakes/slack/payloads.ts'
import { describeWhenShared } from '../../support/skip.ts'
import { makeView } from '../../fakes/slack/make-view.ts'
import { openTestSlack } from '../../integration/slack/open-test-slack.ts'
import { openSlackWorld } from './slack-world.ts'
import { renderReasonForm } from '../../../src/adapters/slack/render/reason-form.ts'
import { waitUntil } from '../../support/wait-until.ts'
import type { RecordedCall } from '../../fakes/slack/fake-slack-api.ts'

interface Operation {
  readonly parameters: readonly { readonly name: string; readonly required?: boolean }[]
}

const DECLARED = { severity: null, title: '', service: null }
const NEW_METHODS = [
  'chat.getPermalink',
  'conversations.history',
  'conversations.replies',
  'views.open',
  'views.publish',
  'views.update',
] as const

/** Younger than the specification, which is of 2020. */
const YOUNGER = ['metadata', 'include_all_metadata']

type Paths = Readonly<Record<string, { readonly post: Operation } | undefined>>

/** What a request lacks, and what it holds that its method does not know. */
function problemsOf(paths: Paths, calls: readonly RecordedCall[]): readonly string[] {
  return calls.flatMap(({ method, args }) => {
    const parameters = paths[`/api/${method}`]?.post.parameters
    if (parameters === undefined) return [`${method} is unknown`]
    const known = new Set([...parameters.map(({ name }) => name), ...YOUNGER])
    const missing = parameters.filter(({ name, required }) => required === true && args[name] === undefined)
    const unknown = Object.keys(args).filter((name) => !known.has(name))
    return [...missing.map(({ name }) => `${method} lacks ${name}`), ...unknown.map((name) => `${method} has ${name}`)]
  })
}

describeWhenShared(
  'contracts/slack/slack-web-api.openapi.json',
  'our requests against Slack’s own specification',
  (path) => {
    const paths = (JSON.parse(readFileSync(path, 'utf8')) as { paths: Paths }).paths

    it('name what each method needs, and nothing it does not know', async () => {
      const world = await openSlackWorld()
      const signal = AbortSignal.timeout(60_000)
      const { surface } = world.slack
      const card = await surface.postCard('C0001', makeView(), 'card-1', signal)
      await surface.updateCard(card, makeView(), 'card-1', signal)
      await surface.findCard('C0001', 'card-1', new Date(), signal)
      await surface.postInThread(card, 'Evidence', signal)
      await surface.postNotice('C0001', 'The daily review found nothing odd.', signal)
      await surface.tellPerson(
        { id: 'a', name: 'A', slack: { team: 'T1', user: 'U1' }, teams: null, groups: [], roles: [] },
        'Hello',
        signal,
      )
      await world.slack.standings.standingOf({ surface: 'slack', tenant: 'T1', user: 'U1', displayName: 'A' })
      await world.slack.checkHealth(['C0001'])
      await world.close()

      expect(problemsOf(paths, world.fake.calls)).toEqual([])
      expect(new Set(world.fake.calls.map(({ method }) => method)).size).toBe(7)
    })

    it('do so for what people do with shortcuts, pins, forms and the home', async () => {
      // A form that says to wait opens at once, and is filled in afterwards.
      const test = await openTestSlack({ waitMs: 0 })
      const pin = reaction(ANA, 'reaction_added', { channel: 'C0001', ts: '17.000001' })
      const { surface } = test.slack
      test.rich = {
        ...test.rich,
        capture: async (capture) => {
          await capture.read()
          return { kind: 'choose', incidents: [{ id: 'INC-1', severity: 'SEV2', title: 'Down' }], words: null }
        },
        offerForm: async () => ({ kind: 'declare', declared: DECLARED, services: [] }),
      }
      const about = await surface.postCard('C0001', makeView(), 'card-1', AbortSignal.timeout(60_000))
      const person = { id: 'a', name: 'A', slack: { team: 'T1', user: 'U1' }, teams: null, groups: [], roles: [] }
      await surface.tellPerson(person, 'Look', AbortSignal.timeout(60_000), { keys: ['1'], since: null, about })
      await test.driver.event(ANA, pin)
      await test.driver.shortcut(ANA, 'countersign_declare')
      await test.driver.event(ANA, { type: 'app_home_opened', user: 'U1', channel: 'D1', tab: 'home' })
      await waitUntil('all is asked', () => NEW_METHODS.every((method) => test.fake.callsOf(method).length > 0))
      await test.close()

      expect(problemsOf(paths, test.fake.calls)).toEqual([])
    })
  },
)

const press = {
  channel: 'C1',
  message: '1.2',
  actionId: 'approve',
  value: '{}',
  responseUrl: 'https://hooks.slack.com/x',
  triggerId: 't',
}
const ANA = { team: 'T1', user: 'U1' }

describeWhenShared(
  'contracts/slack/payload-shapes',
  'the requests of our fake against the shapes that Slack publishes',
  (folder) => {
    const shapeOf = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Record<string, unknown>

    it.each([
      ['slash-commands/SlashCommandPayload.json', commandFields(ANA, 'list', press), ['api_app_id']],
      ['interactive-components/BlockActionPayload.json', blockActions(ANA, press), ['message']],
      [
        'views/ViewSubmissionPayload.json',
        viewSubmission(ANA, { callbackId: 'c', privateMetadata: '{}', values: {}, triggerId: 't' }),
        ['response_urls', 'values'],
      ],
      [
        'interactive-components/MessageShortcutPayload.json',
        messageShortcut(ANA, {
          ...press,
          callbackId: 'c',
          message: { ts: '1.2', user: 'U2', text: 'x', thread: '1.1' },
        }),
        [],
      ],
    ])('%s', (name, payload, young) => {
      expect(unknownFields(payload, shapeOf(name), young)).toEqual([])
    })
  },
)

/** Fields of the payload, at every depth, that the shape does not have; free-form parts are not looked into. */
function unknownFields(payload: object, shape: object, skipped: readonly string[], where = ''): readonly string[] {
  return Object.entries(payload).flatMap(([name, value]) => {
    if (skipped.includes(name)) return []
    if (!(name in shape)) return [`${where}${name}`]
    const inner = (shape as Record<string, unknown>)[name]
    const isNested = isObject(value) && isObject(inner)
    return isNested ? unknownFields(value, inner, skipped, `${where}${name}.`) : []
  })
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

it('opens forms that Slack takes', () => {
  const button = {
    verb: 'reject',
    incidentId: 'INC-1',
    proposalId: 'PRO-1',
    planHash: 'a'.repeat(64),
    stepId: null,
    answer: null,
  } as const

  expect(renderReasonForm('reject', button, { channel: 'C1', message: '1.2' })).toMatchObject({
    type: 'modal',
    callback_id: 'countersign_reason',
  })
})
