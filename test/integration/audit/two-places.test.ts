import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CHANNEL, openShop } from '../operations/shop.ts'
import { eventually } from '../operations/eventually.ts'
import type { Shop } from '../operations/shop.ts'

/** A checkpoint stands in a folder, and as a line in the thread of the incident, where nobody who runs the database can take it back. */
let shop: Shop
const file = (name: string): string => join(shop.installation.folder, name)
const linesInThread = (): readonly string[] =>
  shop.slack
    .messagesIn(CHANNEL)
    .filter(({ threadTs, text }) => threadTs !== null && text.includes('Audit checkpoint:'))
    .map(({ text }) => text)

beforeAll(async () => {
  shop = await openShop()
  const [one, two] = [shop.start('serve'), shop.start('serve')]
  const url = await one.ready()
  await two.ready()
  await shop.alert(url)
  await eventually('the card is posted', () => shop.card() !== undefined)
  await eventually('its thread has a checkpoint', () => linesInThread().length > 0)
  for (const service of [one, two]) service.signal('SIGTERM')
  await Promise.all([one.ended, two.ended])
  await shop.installation.run('audit', 'export', '--out', file('log.jsonl'))
}, 200_000)
afterAll(() => shop.close())

describe('a checkpoint of a service that runs', () => {
  it('stands in the thread once, whichever of two replicas signs, and belongs to a checkpoint of the folder', async () => {
    const [line = '', ...others] = linesInThread()
    const folder = await readFile(file('log.checkpoints.jsonl'), 'utf8')
    const [, size = '', root = ''] = /(\d+) entries, root ([0-9a-f]{16})/.exec(line) ?? []

    expect(others).toEqual([])
    expect(folder.split('\n').some((one) => one.includes(`"size":${size}`) && one.includes(`"root":"${root}`))).toBe(
      true,
    )
  })

  it('verifies the log by the line as it was said, and not another log (the twin)', async () => {
    const [line = ''] = linesInThread()
    const verify = (path: string) => shop.installation.run('audit', 'verify', path, '--line', line)
    const lines = (await readFile(file('log.jsonl'), 'utf8')).split('\n')
    await writeFile(file('cut.jsonl'), `${lines[0] ?? ''}\n`)

    expect(await verify(file('log.jsonl'))).toMatchObject({ exitCode: 0 })
    expect(await verify(file('cut.jsonl'))).toMatchObject({
      exitCode: 1,
      printed: expect.stringContaining('is missing: the line from the channel') as unknown,
    })
  })
})
