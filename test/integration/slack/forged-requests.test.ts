import http from 'node:http'
import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { ANA, SECRET, openTestSlack } from './open-test-slack.ts'
import { blockActions, commandFields } from '../../fakes/slack/payloads.ts'
import { encodeButton } from '../../../src/adapters/shared/card/button-value.ts'
import { sendRaw } from '../../fakes/slack/send-raw.ts'
import { signForm } from '../../fakes/slack/slack-driver.ts'
import { waitUntil } from '../../support/wait-until.ts'
import type { SignedRequest } from '../../fakes/slack/slack-driver.ts'
import type { TestSlack } from './open-test-slack.ts'

const nowSeconds = () => Math.floor(Date.now() / 1000)
const macOf = (secret: string, base: string) => createHmac('sha256', secret).update(base).digest('hex')
const FORM = 'application/x-www-form-urlencoded'

const approve = encodeButton({
  verb: 'approve',
  incidentId: 'INC-1',
  proposalId: 'PRO-1',
  planHash: 'a'.repeat(64),
  stepId: null,
  answer: null,
})
const click = blockActions(ANA, {
  channel: 'C0001',
  message: '1.000001',
  actionId: 'approve',
  value: approve,
  responseUrl: 'https://hooks.slack.com/x',
  triggerId: 't',
})
const command = new URLSearchParams(
  commandFields(ANA, 'approve PRO-1 aaaaaaaa', {
    channel: 'C0001',
    responseUrl: 'https://hooks.slack.com/x',
    triggerId: 't',
  }),
).toString()

interface Forged {
  readonly body: string
  readonly headers: [string, string][]
}

/** A good request, of which each forgery changes one thing. */
const good = (body = command, at = nowSeconds()): Forged => ({
  body,
  headers: [
    ['Content-Type', FORM],
    ['X-Slack-Request-Timestamp', String(at)],
    ['X-Slack-Signature', `v0=${macOf(SECRET, `v0:${at}:${body}`)}`],
  ],
})

const without = (request: Forged, name: string): Forged => ({
  ...request,
  headers: request.headers.filter(([one]) => one !== name),
})
const withHeader = (request: Forged, name: string, value: string): Forged => ({
  ...without(request, name),
  headers: [...without(request, name).headers, [name, value]],
})
const adding = (request: Forged, name: string, value: string): Forged => ({
  ...request,
  headers: [...request.headers, [name, value]],
})
const signature = (value: string) => () => withHeader(good(), 'X-Slack-Signature', value)
const timestamp = (value: string) => () => {
  const forged = withHeader(good(), 'X-Slack-Request-Timestamp', value)
  return withHeader(forged, 'X-Slack-Signature', `v0=${macOf(SECRET, `v0:${value}:${forged.body}`)}`)
}
const contentType = (value: string) => () => withHeader(good(), 'Content-Type', value)
const signedOver = (base: (at: number, body: string) => string) => () => {
  const at = nowSeconds()
  return withHeader(good(command, at), 'X-Slack-Signature', `v0=${macOf(SECRET, base(at, command))}`)
}
const payload = (value: object) => new URLSearchParams({ payload: JSON.stringify(value) }).toString()
const unsigned = (body: string): Forged => ({ body, headers: [['Content-Type', FORM]] })
const mac = () => macOf(SECRET, `v0:${nowSeconds()}:${command}`)

/** Every way we know to come in without Slack having sent it (TRUST T01). */
const FORGERIES: Readonly<Record<string, () => Forged>> = {
  'no signature': () => without(good(), 'X-Slack-Signature'),
  'no timestamp': () => without(good(), 'X-Slack-Request-Timestamp'),
  neither: () => unsigned(command),
  'an empty signature': signature(''),
  'only the version': signature('v0='),
  zeros: signature(`v0=${'0'.repeat(64)}`),
  'another version': () => signature(`v1=${mac()}`)(),
  'no version': () => signature(mac())(),
  'upper case': () => signature(`v0=${mac().toUpperCase()}`)(),
  'half of it': () => signature(`v0=${mac().slice(0, 32)}`)(),
  'one digit less': () => signature(`v0=${mac().slice(0, 63)}`)(),
  'one digit more': () => signature(`v0=${mac()}0`)(),
  'not hexadecimal': signature(`v0=${'g'.repeat(64)}`),
  'a space before': () => signature(`v0= ${mac()}`)(),
  'two in one': () => signature(`v0=${'0'.repeat(64)}, v0=${mac()}`)(),
  base64: () => signature(`v0=${Buffer.from(mac(), 'hex').toString('base64')}`)(),
  'signed with another secret': () => fromSigned(signForm('other-tenant-secret', command)),
  'signed with an empty secret': () => fromSigned(signForm('', command)),
  'signed with the secret and a line break': () => fromSigned(signForm(`${SECRET}\n`, command)),
  'signed with undefined': () => fromSigned(signForm('undefined', command)),
  'signed with the bot token': () => fromSigned(signForm('xoxb-test-0001', command)),
  'signed without the time': signedOver((_at, body) => `v0:${body}`),
  'signed without the version': signedOver((at, body) => `${at}:${body}`),
  'signed over the body alone': signedOver((_at, body) => body),
  'signed over another body': signedOver((at) => `v0:${at}:${command}&x=1`),
  'signed over an empty body': signedOver((at) => `v0:${at}:`),
  'signed over the decoded body': signedOver((at, body) => `v0:${at}:${decodeURIComponent(body)}`),
  'signed for another second': signedOver((at, body) => `v0:${at - 1}:${body}`),
  sha1: () => signature(`v0=${createHmac('sha1', SECRET).update(command).digest('hex')}`)(),
  'two signatures, the good one first': () => adding(good(), 'X-Slack-Signature', `v0=${'0'.repeat(64)}`),
  'two signatures, the good one last': () => {
    const request = good()
    return { ...request, headers: [['X-Slack-Signature', `v0=${'0'.repeat(64)}`], ...request.headers] }
  },
  'the same signature twice': () => adding(good(), 'x-slack-signature', good().headers[2]![1]),
  'two timestamps': () => adding(good(), 'X-Slack-Request-Timestamp', String(nowSeconds())),
  'two content types': () => adding(good(), 'Content-Type', 'application/json'),
  'no content type': () => without(good(), 'Content-Type'),
  'plain text': contentType('text/plain'),
  xml: contentType('application/xml'),
  multipart: contentType('multipart/form-data; boundary=x'),
  'another charset': contentType(`${FORM}; charset=utf-7`),
  'two charsets': contentType(`${FORM}; charset=utf-8; charset=utf-7`),
  'a content type within another': contentType(`text/plain; ${FORM}`),
  'json with parameters': contentType('application/json; profile=x'),
  'a time with a plus': timestamp('+1700000000'),
  'a time with a dot': timestamp(`${nowSeconds()}.5`),
  'a time with an exponent': timestamp('17e8'),
  'a time in hex': timestamp('0x6553f100'),
  'a time with zeros before': () => timestamp(`0${nowSeconds()}`)(),
  milliseconds: () => timestamp(String(Date.now()))(),
  NaN: timestamp('NaN'),
  Infinity: timestamp('Infinity'),
  'a negative time': timestamp('-1'),
  'an empty time': timestamp(''),
  'a date': timestamp('2026-11-21T10:00:00Z'),
  'arabic digits': timestamp('\u0661\u0667'.padEnd(10, '0')),
  'five minutes and a second ago': () => timestamp(String(nowSeconds() - 302))(),
  'a day ago': () => timestamp(String(nowSeconds() - 86_400))(),
  'five minutes and some ahead': () => timestamp(String(nowSeconds() + 310))(),
  'a year ahead': () => timestamp(String(nowSeconds() + 31_536_000))(),
  'an unsigned click': () => unsigned(payload(click)),
  'ssl_check with a click': () => unsigned(`ssl_check=1&${payload(click)}`),
  'a click with ssl_check behind it': () => unsigned(`${payload(click)}&ssl_check=1`),
  'ssl_check with a command': () => unsigned(`ssl_check=1&${command}`),
  'ssl_check twice': () => unsigned('ssl_check=1&ssl_check=1'),
  'ssl_check as JSON': () => ({ body: '{"ssl_check":1}', headers: [['Content-Type', 'application/json']] }),
  'ssl_check that is off': () => unsigned('ssl_check=0'),
  'an unsigned url_verification': () => ({
    body: '{"type":"url_verification","challenge":"x"}',
    headers: [['Content-Type', 'application/json']],
  }),
  'an unsigned event': () => ({ body: '{"type":"event_callback"}', headers: [['Content-Type', 'application/json']] }),
  'an empty body': () => unsigned(''),
}

function fromSigned({ body, headers }: SignedRequest): Forged {
  return { body, headers: Object.entries(headers) }
}

describe('a request that Slack did not send', () => {
  let test: TestSlack
  beforeAll(async () => {
    test = await openTestSlack()
  })
  afterAll(() => test.close())
  beforeEach(() => {
    test.said.length = 0
    test.pressed.length = 0
  })

  it('is known in at least sixty forms', () => {
    expect(Object.keys(FORGERIES).length).toBeGreaterThanOrEqual(60)
  })

  it.each(Object.entries(FORGERIES))('is refused and runs nothing: %s', async (_name, forge) => {
    const status = await sendRaw(test.url, forge())

    expect(status).toBe(401)
    expect([...test.said, ...test.pressed]).toEqual([])
  })

  it('is taken when nothing is wrong with it, with and without the charset', async () => {
    const withCharset = withHeader(good(), 'Content-Type', `${FORM};charset=UTF-8`)

    expect(await sendRaw(test.url, withCharset)).toBe(200)
    expect(await sendRaw(test.url, good(payload(click)))).toBe(200)
    await waitUntil('both reach the orchestrator', () => test.said.length === 1 && test.pressed.length === 1)
  })

  it('answers Slack’s own certificate check, and does nothing else for it', async () => {
    expect(await sendRaw(test.url, unsigned('ssl_check=1&token=legacy-token'))).toBe(200)
    expect(test.said).toEqual([])
  })

  it('is refused whichever bit of a good one is turned', async () => {
    const request = good(payload(click))
    const body = Buffer.from(request.body)
    const places = fc.oneof(
      fc.record({ part: fc.constant('body' as const), bit: fc.integer({ min: 0, max: body.length * 8 - 1 }) }),
      fc.record({ part: fc.constant('signature' as const), bit: fc.integer({ min: 3 * 8, max: 67 * 8 - 1 }) }),
      fc.record({ part: fc.constant('timestamp' as const), bit: fc.integer({ min: 0, max: 10 * 8 - 1 }) }),
    )
    const turn = (bytes: Buffer, bit: number) => {
      const turned = Buffer.from(bytes)
      turned[bit >> 3] = turned[bit >> 3]! ^ (1 << (bit & 7))
      return turned
    }
    const agent = new http.Agent({ keepAlive: true, maxSockets: 4 })

    await fc.assert(
      fc.asyncProperty(places, async ({ part, bit }) => {
        const names = { signature: 'X-Slack-Signature', timestamp: 'X-Slack-Request-Timestamp' }
        const headers = request.headers.map(([name, value]): [string, string] =>
          part !== 'body' && name === names[part]
            ? [name, turn(Buffer.from(value), bit).toString('latin1')]
            : [name, value],
        )
        const sent = part === 'body' ? turn(body, bit) : body
        const isSendable = headers.every(([, value]) => !/[\p{Cc}]/u.test(value))
        fc.pre(isSendable)
        expect(await sendRaw(test.url, { body: sent, headers }, agent)).toBe(401)
      }),
      { numRuns: 10_000 },
    )
    agent.destroy()
    expect([...test.said, ...test.pressed]).toEqual([])
  }, 180_000)

  it('is counted for the record, with its reason', async () => {
    await sendRaw(test.url, unsigned(payload(click)))

    await waitUntil('the refusal is recorded', () => test.refusals.includes('no_signature'))
  })
})

describe('the check of the signature, taken out', () => {
  it('lets an unsigned click through to the orchestrator', async () => {
    const test = await openTestSlack({ isUnguarded: true })
    try {
      expect(await sendRaw(test.url, unsigned(payload(click)))).toBe(200)
      await waitUntil('the forged click arrives', () => test.pressed.length === 1)
    } finally {
      await test.close()
    }
  })
})
