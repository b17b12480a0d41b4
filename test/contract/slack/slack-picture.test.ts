import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { openSlackWorld } from './slack-world.ts'
import { FixedClock } from '../../support/fixed-clock.ts'
import type { SlackWorld } from './slack-world.ts'

const CARD = { channel: 'C0001', message: '1700000000.000100' }
const never = new AbortController().signal
const PICTURE = {
  name: 'INC-1',
  title: 'INC-1 <!channel>',
  png: Uint8Array.from([0x89, 0xff, 0x00, 0x7f]),
  words: 'It rose <!here>.',
}
const first = { keys: ['7'], since: null }
const again = { keys: ['7'], since: new Date() }

let world: SlackWorld
let clock: FixedClock
beforeEach(async () => {
  clock = new FixedClock()
  world = await openSlackWorld({ clock })
})
afterEach(() => world.close())

const post = (attempt: typeof first | typeof again = first, picture = PICTURE) =>
  world.slack.surface.postPicture(CARD, picture, never, attempt)
const inThread = () => world.fake.messagesIn('C0001').filter((message) => message.threadTs === CARD.message)

describe('a picture on Slack', () => {
  it('is uploaded byte for byte and shown in the thread, with its words for who cannot see it', async () => {
    await post()

    const [file] = world.fake.files.all
    expect(file).toMatchObject({ name: 'INC-1.png', alternative: PICTURE.words, isComplete: true })
    expect([...(file?.bytes ?? [])]).toEqual([...PICTURE.png])
    const [message] = inThread()
    expect(message?.blocks).toEqual([
      expect.objectContaining({ type: 'image', slack_file: { id: file?.id }, alt_text: PICTURE.words }),
    ])
    expect(message?.text).not.toContain('<!')
  })

  it('is not doubled when the answer to the message was lost', async () => {
    world.fake.failNext('chat.postMessage', { kind: 'answer_lost' })

    await expect(post()).rejects.toMatchObject({ code: 'vendor_unknown' })
    await post(again)

    expect(inThread()).toHaveLength(1)
  })

  it('would be doubled by a second try that does not look', async () => {
    world.fake.failNext('chat.postMessage', { kind: 'answer_lost' })

    await expect(post()).rejects.toMatchObject({ code: 'vendor_unknown' })
    await post(first)

    expect(inThread()).toHaveLength(2)
  })

  it.each(['files.getUploadURLExternal', 'files.completeUploadExternal'])(
    'is shown once when the answer of %s was lost',
    async (method) => {
      world.fake.failNext(method, { kind: 'answer_lost' })

      await expect(post()).rejects.toMatchObject({ code: 'vendor_unknown' })
      await post(again)

      expect(inThread()).toHaveLength(1)
    },
  )

  it('waits while Slack still takes the file in, and uploads it once', async () => {
    world.fake.failNext('chat.postMessage', { kind: 'error', code: 'invalid_blocks' })

    await expect(post()).rejects.toMatchObject({ code: 'vendor_busy' })
    await post()

    expect(inThread()).toHaveLength(1)
    expect(world.fake.files.all).toHaveLength(1)
  })

  it('is told in words when it never becomes one', async () => {
    const early = { kind: 'error', code: 'invalid_blocks' } as const
    world.fake.failNext('chat.postMessage', early, early, early, early, early)

    for (let look = 0; look < 4; look += 1) await expect(post()).rejects.toMatchObject({ code: 'vendor_busy' })
    await post()

    expect(inThread().map(({ text }) => text)).toEqual([expect.stringContaining('It rose')])
    expect(inThread()[0]?.blocks).not.toContainEqual(expect.objectContaining({ type: 'image' }))
  })

  it.each(['missing_scope', 'file_uploads_disabled'])('is told in words where Slack says %s', async (code) => {
    world.fake.failNext('files.getUploadURLExternal', { kind: 'error', code })

    await post()

    expect(inThread().map(({ text }) => text)).toEqual([expect.stringContaining('It rose')])
  })

  it('is told in words where no file is taken, and the rest of Slack counts as there', async () => {
    world.fake.files.isDown = true

    for (let look = 0; look < 4; look += 1) await expect(post()).rejects.toMatchObject({ code: 'vendor_busy' })
    await post()

    expect(inThread().map(({ text }) => text)).toEqual([expect.stringContaining('It rose')])
  })

  it('is shown after all where files are taken again', async () => {
    world.fake.files.isDown = true
    await expect(post()).rejects.toMatchObject({ code: 'vendor_busy' })
    world.fake.files.isDown = false
    await post()

    expect(inThread()[0]?.blocks).toContainEqual(expect.objectContaining({ type: 'image' }))
  })

  it('is told in words when it could not be made', async () => {
    await world.slack.surface.postPicture(CARD, { ...PICTURE, png: null }, never, first)

    expect(inThread()).toHaveLength(1)
    expect(world.fake.callsOf('files.getUploadURLExternal')).toHaveLength(0)
  })

  it('shows what its title and words say, and nothing that hides, reorders or breaks off', async () => {
    const hostile = 'INC-1 \u202Edeploy\u0000 \u{E0041}half \uD800\n<!channel>'
    await post(first, { ...PICTURE, title: hostile, words: `${'.'.repeat(998)}\u{1F525}${hostile}` })

    const sent = JSON.stringify([
      ...world.fake.callsOf('files.getUploadURLExternal').map(({ args }) => args),
      ...world.fake.callsOf('files.completeUploadExternal').map(({ args }) => args),
      ...inThread().map(({ blocks, text }) => ({ blocks, text })),
    ])
    expect(sent).toContain('deploy')
    expect(sent).not.toMatch(/\\u202e|\\u0000|\\ud800|\u202E|\u{E0041}/iu)
    expect(inThread()[0]?.text).not.toContain('<!')
  })

  describe('of which no file can be posted', () => {
    const points = [0.002, 0.084].map((value, at) => ({ label: `14:0${String(at)} UTC`, value }))
    const WITH_CHART = { ...PICTURE, png: null, chart: { title: 'INC-1: what the alert measures', points } } as never
    const types = () => inThread().map(({ blocks }) => blocks.map((block) => String(block['type'])))

    it("is Slack's own chart where the workspace has it, with its words below", async () => {
      world.fake.files.takesCharts = true
      const message = (await post(first, WITH_CHART)) ?? ''

      expect(types()).toEqual([['data_visualization', 'rich_text']])
      expect(inThread()[0]?.text).not.toContain('<!')
      await world.slack.surface.updatePicture(CARD, message, WITH_CHART, never)
      expect(types()).toEqual([['data_visualization', 'rich_text']])
    })

    it('is not doubled when the answer to the message was lost', async () => {
      world.fake.files.takesCharts = true
      world.fake.failNext('chat.postMessage', { kind: 'answer_lost' })

      await expect(post(first, WITH_CHART)).rejects.toMatchObject({ code: 'vendor_unknown' })
      await post(again, WITH_CHART)

      expect(inThread()).toHaveLength(1)
    })

    it('is told in words where the workspace does not know charts, which is tried once an hour', async () => {
      await post(first, WITH_CHART)
      await post({ keys: ['8'], since: null }, WITH_CHART)

      expect(types()).toEqual([['rich_text'], ['rich_text']])
      expect(world.fake.callsOf('chat.postMessage')).toHaveLength(3)

      // By then the workspace may have them; or it was only that one which Slack did not like.
      world.fake.files.takesCharts = true
      clock.advance(3_599_000)
      await post({ keys: ['9'], since: null }, WITH_CHART)
      clock.advance(1_000)
      await post({ keys: ['10'], since: null }, WITH_CHART)
      expect(types().slice(2)).toEqual([['rich_text'], ['data_visualization', 'rich_text']])
    })
  })

  describe('that is changed', () => {
    const OTHER = { ...PICTURE, png: Uint8Array.from([0x89, 0x01]), words: 'It fell <!here>.' }
    const change = async () => {
      const message = (await post()) ?? ''
      await world.slack.surface.updatePicture(CARD, message, OTHER, never)
      return message
    }

    it('is another file in the same message, with its own words', async () => {
      const message = await change()

      const [, file] = world.fake.files.all
      expect([...(file?.bytes ?? [])]).toEqual([...OTHER.png])
      expect(inThread().map(({ ts, updates }) => [ts, updates])).toEqual([[message, 1]])
      expect(inThread()[0]?.blocks).toEqual([
        expect.objectContaining({ type: 'image', slack_file: { id: file?.id }, alt_text: OTHER.words }),
      ])
      expect(inThread()[0]?.text).not.toContain('<!')
    })

    it('is told in words where no file is taken any more', async () => {
      const message = (await post()) ?? ''
      world.fake.failNext('files.getUploadURLExternal', { kind: 'error', code: 'missing_scope' })

      await world.slack.surface.updatePicture(CARD, message, OTHER, never)

      expect(inThread()).toHaveLength(1)
      expect(inThread()[0]?.text).toContain('It fell')
      expect(JSON.stringify(inThread()[0]?.blocks)).not.toContain('slack_file')
    })

    it('waits while Slack still takes the file in, and uploads it once', async () => {
      const message = (await post()) ?? ''
      const update = () => world.slack.surface.updatePicture(CARD, message, OTHER, never)
      world.fake.failNext('chat.update', { kind: 'error', code: 'invalid_blocks' })

      await expect(update()).rejects.toMatchObject({ code: 'vendor_busy' })
      await update()

      expect(world.fake.files.all).toHaveLength(2)
      expect(inThread()[0]?.updates).toBe(1)
    })

    it('says so where the message is not there any more', async () => {
      const update = world.slack.surface.updatePicture(CARD, '1700000000.999999', OTHER, never)

      await expect(update).rejects.toMatchObject({ code: 'vendor_rejected', vendorCode: 'message_not_found' })
    })

    it('is known again where the answer to the first was lost', async () => {
      world.fake.failNext('chat.postMessage', { kind: 'answer_lost' })
      await expect(post()).rejects.toMatchObject({ code: 'vendor_unknown' })

      expect(await post(again)).toBe(inThread()[0]?.ts)
    })
  })

  it('goes nowhere else, whatever address Slack’s answer holds', async () => {
    world.fake.files.elsewhere = 'https://files.example.net'

    await post()

    expect(world.fake.files.all[0]?.bytes).toBeNull()
    expect(inThread().map(({ text }) => text)).toEqual([expect.stringContaining('It rose')])
  })
})
