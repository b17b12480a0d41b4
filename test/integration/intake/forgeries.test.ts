import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { forgeries, sendRaw } from './forgeries.ts'
import { fires, pushBody } from './payloads.ts'
import { GITHUB_SECRET, openIntakeWorld, signGithub, TOKEN } from './intake-world.ts'
import type { IntakeWorld } from './intake-world.ts'
import type { WebhookSource } from '../../../src/adapters/webhooks/webhook-source.ts'

const MUTATIONS = Number(process.env['COUNTERSIGN_MUTATIONS'] ?? 150)
const ALERTS = JSON.stringify(fires())
const PUSH = JSON.stringify(pushBody())

async function rowsOf(world: IntakeWorld): Promise<readonly number[]> {
  const counts: number[] = []
  for (const table of ['deliveries', 'alerts', 'incidents', 'changes', 'outbox_messages']) {
    counts.push(await world.count(table))
  }
  return counts
}

describe('a forged webhook', () => {
  let world: IntakeWorld
  beforeAll(async () => {
    world = await openIntakeWorld()
  })
  afterAll(() => world.close())

  const all = forgeries(ALERTS, PUSH)

  it('is tried in at least sixty ways', () => {
    expect(all.length).toBeGreaterThanOrEqual(60)
  })

  it.each(all.map((forgery) => [forgery.name, forgery] as const))('with %s is refused', async (_name, forgery) => {
    const status = await sendRaw(world.url, forgery)

    expect(forgery.expected ?? [401]).toContain(status)
    expect(await rowsOf(world)).toEqual([0, 0, 0, 0, 0])
  })

  it('leaves one entry per source, reason and minute on the audit log, with the count beside it', async () => {
    await world.server.close()
    const counts = await world.sql<{ n: number }>('SELECT sum(count)::int AS n FROM refusal_counts')
    const rows = await world.count('refusal_counts')

    expect(counts[0]?.n).toBeGreaterThan(40)
    expect(await world.count("audit_leaves WHERE event = 'request.refused'")).toBe(rows)
    expect(rows).toBeLessThan(30)
  })
})

describe('a genuine webhook of which one bit is changed', () => {
  let world: IntakeWorld
  beforeAll(async () => {
    world = await openIntakeWorld()
  })
  afterAll(() => world.close())

  /** Flips bit `at` of the text, taken as bytes. */
  function flip(text: string, at: number): Buffer {
    const bytes = Buffer.from(text, 'latin1')
    const index = Math.floor(at / 8) % bytes.length
    bytes[index] = (bytes[index] ?? 0) ^ (1 << (at % 8))
    return bytes
  }
  const bit = fc.nat(1_000_000)

  it('in its bearer token is refused', async () => {
    await fc.assert(
      fc.asyncProperty(bit, async (at) => {
        const token = flip(TOKEN, at)
        // What no client can send in a header is no forgery that could arrive.
        fc.pre(token.every((byte) => byte > 0x20 && byte !== 0x7f))
        const status = await sendRaw(world.url, {
          name: 'bit',
          path: '/webhooks/alertmanager',
          headers: [['authorization', `Bearer ${token.toString('latin1')}`]],
          body: ALERTS,
        })
        return status === 401
      }),
      { numRuns: MUTATIONS },
    )
    expect(await rowsOf(world)).toEqual([0, 0, 0, 0, 0])
  })

  it('in its signature, or in its signed body, is refused', async () => {
    const signature = signGithub(PUSH, GITHUB_SECRET)
    await fc.assert(
      fc.asyncProperty(bit, fc.boolean(), async (at, inBody) => {
        const body = inBody ? flip(PUSH, at) : Buffer.from(PUSH)
        const header = inBody ? Buffer.from(signature) : flip(signature, at)
        fc.pre(header.every((byte) => byte > 0x20 && byte !== 0x7f))
        const headers: [string, string][] = [
          ['x-github-event', 'push'],
          ['x-hub-signature-256', header.toString('latin1')],
        ]
        const status = await sendRaw(world.url, { name: 'bit', path: '/webhooks/github', headers, body })
        return status === 401
      }),
      { numRuns: MUTATIONS },
    )
    expect(await rowsOf(world)).toEqual([0, 0, 0, 0, 0])
  })

  it('is taken when nothing is changed', async () => {
    expect((await world.postGithub('push', PUSH)).status).toBe(202)
    expect((await world.post('/webhooks/alertmanager', ALERTS)).status).toBe(202)
  })
})

describe('the twin whose sources check nothing', () => {
  it('takes the forgeries that the real one refuses', async () => {
    const world = await openIntakeWorld({ weaken: (sources) => sources.map(unchecked) })
    try {
      const taken: number[] = []
      for (const forgery of forgeries(ALERTS, PUSH)) {
        if (forgery.expected === undefined) taken.push(await sendRaw(world.url, forgery))
      }

      expect(taken.filter((status) => status === 202).length).toBeGreaterThan(30)
      expect((await rowsOf(world)).some((count) => count > 0)).toBe(true)
    } finally {
      await world.close()
    }
  })

  function unchecked(source: WebhookSource): WebhookSource {
    return { ...source, authentication: { kind: 'head', name: 'none', check: () => ({ ok: true, who: null }) } }
  }
})

describe('while a secret is being replaced', () => {
  it('the old and the new one are both good, and one that was taken out is not', async () => {
    const world = await openIntakeWorld({ tokens: ['old-token', 'new-token'], githubSecrets: ['old', 'new'] })
    try {
      const bearer = (token: string) =>
        world.post('/webhooks/alertmanager', ALERTS, { authorization: `Bearer ${token}` })
      const signed = (secret: string) =>
        world.postGithub('push', PUSH, { 'x-hub-signature-256': signGithub(PUSH, secret) })

      const answers = [await bearer('old-token'), await bearer('new-token'), await signed('old'), await signed('new')]
      expect(answers.map((answer) => answer.status)).toEqual([202, 202, 202, 202])
      expect([(await bearer('gone')).status, (await signed('gone')).status]).toEqual([401, 401])
    } finally {
      await world.close()
    }
  })

  it('no secret at all lets nobody in', async () => {
    const world = await openIntakeWorld({ tokens: [], githubSecrets: [] })
    try {
      const empty = await world.post('/webhooks/alertmanager', ALERTS, { authorization: 'Bearer ' })
      const unsigned = await world.postGithub('push', PUSH, { 'x-hub-signature-256': signGithub(PUSH, '') })

      expect([empty.status, unsigned.status]).toEqual([401, 401])
    } finally {
      await world.close()
    }
  })
})
