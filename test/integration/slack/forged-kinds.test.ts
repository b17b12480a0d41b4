import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { ANA, SECRET, openTestSlack, replyOf } from './open-test-slack.ts'
import { eventCallback, globalShortcut, messageShortcut, reaction, viewSubmission } from '../../fakes/slack/payloads.ts'
import { signJson, signPayload } from '../../fakes/slack/slack-driver.ts'
import { waitUntil } from '../../support/wait-until.ts'
import type { SignedRequest } from '../../fakes/slack/slack-driver.ts'
import type { TestSlack } from './open-test-slack.ts'

/** Whatever of it comes through to the orchestrator. */
const reached: string[] = []
/** What the tests themselves sent to see that all is done. */
const marks = new Set<string>()
let test: TestSlack
let unguarded: TestSlack
beforeAll(async () => {
  test = await openTestSlack()
  unguarded = await openTestSlack({ isUnguarded: true })
  listen(test)
  listen(unguarded)
})
afterAll(async () => {
  await test.close()
  await unguarded.close()
})
beforeEach(() => {
  reached.length = 0
})

function listen(slack: TestSlack): void {
  const note = (what: string) => void reached.push(what)
  const reply = replyOf('Done.')
  slack.answer = (request) => {
    note('verb' in request ? 'press' : 'utterance')
    return reply
  }
  slack.rich = {
    mayOfferForm: () => false,
    offerForm: async ({ kind }) => {
      note(`offer ${kind}`)
      return { kind: 'refused', reply }
    },
    submit: async () => {
      note('submit')
      return { kind: 'reply', reply }
    },
    capture: async () => {
      note('capture')
      return { kind: 'reply', reply }
    },
    follow: async (change) => {
      if (change.kind === 'edited' && change.text.startsWith('fresh-')) marks.add(change.text)
      else note(`follow ${change.kind}`)
    },
    home: async () => {
      note('home')
      return { kind: 'refused', reply }
    },
  }
}

let count = 0
const fresh = () => `fresh-${String((count += 1))}`
const message = { ts: '17.000001', user: 'U0002', text: 'hello' }
const changed = { type: 'message', subtype: 'message_changed', channel: 'C0001', message }

/** Everything new that Slack may send, made anew each time, and what it is to us. */
const KINDS: Readonly<Record<string, readonly [() => object, string]>> = {
  'a shortcut on a message': [
    () =>
      messageShortcut(ANA, {
        ...{ callbackId: 'countersign_add_to_timeline', triggerId: fresh(), responseUrl: 'https://hooks.slack.com/x' },
        ...{ channel: 'C0001', message },
      }),
    'capture',
  ],
  'a shortcut of the app': [() => globalShortcut(ANA, 'countersign_declare', fresh()), 'offer declare'],
  'a form': [
    () =>
      viewSubmission(ANA, {
        ...{ callbackId: 'countersign_declare', privateMetadata: '{"c":null}', triggerId: fresh() },
        values: { title: { value: { type: 'plain_text_input', value: 'Down' } } },
      }),
    'submit',
  ],
  'a pin': [
    () => eventCallback(ANA, fresh(), reaction(ANA, 'reaction_added', { channel: 'C0001', ts: '17.000001' })),
    'capture',
  ],
  'a pin taken off': [
    () => eventCallback(ANA, fresh(), reaction(ANA, 'reaction_removed', { channel: 'C0001', ts: '17.000001' })),
    'follow unpinned',
  ],
  'an edit': [() => eventCallback(ANA, fresh(), changed), 'follow edited'],
  'a line in a personal conversation': [
    () =>
      eventCallback(ANA, fresh(), {
        ...{ type: 'message', channel: 'D0001', channel_type: 'im', user: 'U0001', ts: '18.000001', text: 'list' },
      }),
    'utterance',
  ],
  'the app’s home': [
    () => eventCallback(ANA, fresh(), { type: 'app_home_opened', user: 'U0001', channel: 'D0001', tab: 'home' }),
    'home',
  ],
}
const KIND_NAMES = Object.keys(KINDS)

function signed(name: string, secret = SECRET, change: (body: object) => object = (body) => body): SignedRequest {
  const body = change(KINDS[name]![0]())
  const isEvent = (body as { type?: unknown }).type === 'event_callback'
  return isEvent ? signJson(secret, JSON.stringify(body)) : signPayload(secret, body)
}

/** A genuine request that comes later has arrived: so what came before it has been taken or refused. */
async function settle(slack: TestSlack): Promise<void> {
  const mark = fresh()
  const later = { ...changed, message: { ...message, text: mark } }
  await slack.driver.event(ANA, later)
  await waitUntil('what came later is there', () => marks.has(mark))
}

describe.each(KIND_NAMES)('%s', (name) => {
  const expected = KINDS[name]![1]

  it('reaches the orchestrator when Slack sends it', async () => {
    expect((await test.driver.send(signed(name))).status).toBe(200)

    await waitUntil('it is there', () => reached.length === 1)
    expect(reached).toEqual([expected])
  })

  it.each([
    ['another secret', (one: SignedRequest) => ({ ...signed(name, 'other-secret'), body: one.body })],
    ['a body that was changed', (one: SignedRequest) => ({ ...one, body: `${one.body} ` })],
    [
      'no signature',
      ({ body, headers }: SignedRequest) => ({ body, headers: { 'content-type': headers['content-type']! } }),
    ],
    ['an old time', () => signedAt(name, -301)],
    ['a time to come', () => signedAt(name, 301)],
  ])('is refused with %s, and nothing runs (T01, T03)', async (_how, forge) => {
    expect((await test.driver.send(forge(signed(name)))).status).toBe(401)

    await settle(test)
    expect(reached).toEqual([])
  })

  it('twin: without the verifier the same forgery reaches it', async () => {
    const { body, headers } = signed(name, 'other-secret')
    const isEvent = headers['content-type'] === 'application/json'

    // The twin takes every body for a form.
    if (isEvent) await unguarded.driver.send({ body: new URLSearchParams({ payload: body }).toString(), headers: FORM })
    else await unguarded.driver.send({ body, headers: FORM })

    await waitUntil('it is there', () => reached.length === 1)
    expect(reached).toEqual([expected])
  })

  it('runs once, however often and at once the same bytes arrive (T02)', async () => {
    const request = signed(name)

    const answers = await Promise.all(Array.from({ length: 25 }, () => test.driver.send(request)))

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    await waitUntil('it is there', () => reached.length > 0)
    await settle(test)
    expect(reached).toEqual([expected])
  })

  it('is refused when it has another shape, and nothing of it reaches a prototype (T05, T06)', async () => {
    const odd = fc.constantFrom<unknown>(0, '', [], null, { id: 1 }, 'x'.repeat(200_000), { __proto__: { id: 'U1' } })
    const users = fc.asyncProperty(odd, async (user) => {
      const { status } = await test.driver.send(signed(name, SECRET, (body) => withUser(body, user)))
      expect([200, 400]).toContain(status)
    })

    await fc.assert(users, { numRuns: 12, examples: [[null]] })

    await settle(test)
    expect(reached.filter((what) => what === 'press')).toEqual([])
    expect(({} as { id?: unknown }).id).toBeUndefined()
  })
})

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

function signedAt(name: string, seconds: number): SignedRequest {
  const body = KINDS[name]![0]()
  const at = Math.floor(Date.now() / 1000) + seconds
  const isEvent = (body as { type?: unknown }).type === 'event_callback'
  return isEvent ? signJson(SECRET, JSON.stringify(body), at) : signPayload(SECRET, body, at)
}

/** Somebody else, or no account at all, in the place where Slack names who it was. */
function withUser(body: object, user: unknown): object {
  const { event } = body as { event?: object }
  return event === undefined ? { ...body, user } : { ...body, event: { ...event, user } }
}
