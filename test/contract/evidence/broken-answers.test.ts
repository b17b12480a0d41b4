import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { AppError } from '../../../src/kernel/errors.ts'
import { BrokenServer } from './broken-server.ts'
import { LINKED, READS } from './outside-reads.ts'
import type { Misbehaviour } from './broken-server.ts'
import type { OutsideRead } from './outside-reads.ts'

/** More than a connector takes (4 MiB), and all of it white space in front of a good answer. */
const PADDING = ' '.repeat(5 * 1024 * 1024)
const DRIP_MS = 10
/** Where nothing but the time ends it; else an answer may take as long as a busy machine lets it. */
const ENDLESS: readonly string[] = ['a drip without end', 'nothing']
const SOON_MS = 700
const PATIENT_MS = 20_000

let vendor: BrokenServer
let stranger: BrokenServer
beforeEach(async () => {
  vendor = await BrokenServer.listen()
  stranger = await BrokenServer.listen()
  vendor.answer(LINKED.path, (_incoming, outgoing) => outgoing.end(JSON.stringify(LINKED.answer)))
})
afterEach(() => Promise.all([vendor.close(), stranger.close()]))

/** Each with what its failure is called. */
const BROKEN: readonly [string, string, (good: string, read: OutsideRead) => Misbehaviour][] = [
  ['no JSON', 'vendor_unreachable', (good) => (_incoming, outgoing) => outgoing.end(good.slice(0, -1))],
  ['no text', 'vendor_unreachable', () => (_incoming, outgoing) => outgoing.end(Buffer.from([0xff, 0x00, 0xfe, 0xc0]))],
  ['a list', 'vendor_unreachable', (good) => (_incoming, outgoing) => outgoing.end(`[${good}]`)],
  [
    'of another shape',
    'vendor_unreachable',
    (_good, { wrong }) =>
      (_incoming, outgoing) =>
        outgoing.end(JSON.stringify(wrong)),
  ],
  [
    'lists in lists, a million deep',
    'vendor_unreachable',
    () => (_incoming, outgoing) => outgoing.end('['.repeat(1e6) + ']'.repeat(1e6)),
  ],
  ['too long', 'vendor_unreachable', (good) => (_incoming, outgoing) => outgoing.end(`${PADDING}${good}`)],
  [
    'without end',
    'vendor_unreachable',
    () => (_incoming, outgoing) => {
      const more = () => outgoing.writable && outgoing.write(' '.repeat(65_536), more)
      more()
    },
  ],
  ['a drip without end', 'vendor_unreachable', () => drip([])],
  ['nothing', 'vendor_unreachable', () => () => undefined],
  [
    'cut off',
    'vendor_unreachable',
    (good) => (incoming, outgoing) => {
      outgoing.writeHead(200, { 'content-length': good.length })
      outgoing.write(good.slice(0, -1), () => incoming.socket.destroy())
    },
  ],
  ['a cut connection', 'vendor_unreachable', () => (incoming) => incoming.socket.destroy()],
  ['500', 'vendor_unreachable', (good) => (_incoming, outgoing) => outgoing.writeHead(500).end(good)],
  ['401', 'vendor_rejected', (good) => (_incoming, outgoing) => outgoing.writeHead(401).end(good)],
  ['429', 'vendor_busy', (good) => (_incoming, outgoing) => outgoing.writeHead(429, { 'retry-after': '7' }).end(good)],
]

/** The pieces one by one; after the last the answer ends, where there is one. */
function drip(pieces: readonly string[]): Misbehaviour {
  return (_incoming, outgoing) => {
    const left = [...pieces]
    const timer = setInterval(() => {
      outgoing.write(left.shift() ?? ' ')
      if (pieces.length > 0 && left.length === 0) outgoing.end()
    }, DRIP_MS)
    outgoing.on('close', () => clearInterval(timer))
  }
}

describe.each(READS)('$what', (read) => {
  const { ask, path, found } = read
  const good = JSON.stringify(read.good)

  it('reads a good answer', async () => {
    vendor.answer(path, (_incoming, outgoing) => outgoing.end(good))

    expect(await ask(vendor.url, PATIENT_MS)).toMatchObject(found)
  })

  it('reads one that comes in small pieces, and one that is long', async () => {
    vendor.answer(path, drip(good.match(/.{1,40}/gsu) ?? []))
    expect(await ask(vendor.url, PATIENT_MS)).toMatchObject(found)

    vendor.answer(path, (_incoming, outgoing) => outgoing.end(`${PADDING.slice(0, 1024 * 1024)}${good}`))
    expect(await ask(vendor.url, PATIENT_MS)).toMatchObject(found)
  })

  it.each(BROKEN)('fails with an error of ours when the answer is %s', async (name, code, misbehave) => {
    vendor.answer(path, misbehave(good, read))

    const failure = await ask(vendor.url, ENDLESS.includes(name) ? SOON_MS : PATIENT_MS).catch(
      (error: unknown) => error,
    )

    expect(failure).toBeInstanceOf(AppError)
    expect(failure).toMatchObject({ code })
    expect(String(failure)).not.toContain('s3cr3t')
    expect(vendor.asked(path)).toBeGreaterThan(0)
  })

  it.each([301, 302, 303, 307, 308])('follows no %s to another host, where a plain fetch does', async (status) => {
    stranger.answer('/', (_incoming, outgoing) => outgoing.end(good))
    vendor.answer(path, (_incoming, outgoing) => outgoing.writeHead(status, { location: `${stranger.url}/` }).end())

    await expect(ask(vendor.url, PATIENT_MS)).rejects.toMatchObject({ code: 'vendor_rejected', vendorCode: 'redirect' })
    expect(stranger.asked('/')).toBe(0)

    await fetch(new URL(path, vendor.url))
    expect(stranger.asked('/')).toBe(1)
  })
})
