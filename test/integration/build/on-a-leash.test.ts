import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from '@jest/globals'
import { waitUntil } from '../../support/wait-until.ts'

const LEASH = fileURLToPath(new URL('../../e2e/support/leash.ts', import.meta.url))
const LOOPBACK_ONLY = fileURLToPath(new URL('../../e2e/support/loopback-only.ts', import.meta.url))

/** What end-to-end tests load into the programs that they start. */
function start(script: string, ...preloads: readonly string[]) {
  const words = preloads.flatMap((file) => ['--import', file])
  const child = spawn(process.execPath, [...words, '-e', script], { env: {}, stdio: ['pipe', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  return { child, ended: once(child, 'close'), output: () => output }
}

describe('a program on a leash', () => {
  const TICKS = 'setInterval(() => console.log("tick"), 5)'

  it('ends when nobody holds the other end of its input', async () => {
    const { child, ended, output } = start(TICKS, LEASH)
    await waitUntil('it runs', () => output() !== '')

    child.stdin.end()

    expect(await ended).toEqual([null, 'SIGTERM'])
  })

  it('would go on without it', async () => {
    const { child, ended, output } = start(TICKS)
    await waitUntil('it runs', () => output() !== '')

    await new Promise<void>((resolve) => {
      child.stdin.end(resolve)
    })
    const ticks = output().length

    await waitUntil('it goes on', () => output().length > ticks + 100)
    child.kill('SIGKILL')
    await ended
  })

  it('ends by itself when its work is done', async () => {
    const { ended, output } = start('console.log("done")', LEASH)

    expect(await ended).toEqual([0, null])
    expect(output()).toBe('done\n')
  })
})

describe('a server that has no choice of its address', () => {
  /** The four ways in which our tools say where they listen. */
  const WAYS = ['0, tell', '0, undefined, tell', '{ port: 0 }, tell', '"0", "0.0.0.0", tell']
  const listening = (how: string) => `
    const server = require('node:http').createServer()
    const tell = () => { console.log(server.address().address); server.close() }
    server.listen(${how})`

  it.each(WAYS)('listens on loopback: listen(%s)', async (how) => {
    const { ended, output } = start(listening(how), LOOPBACK_ONLY)

    expect(await ended).toEqual([0, null])
    expect(output()).toBe('127.0.0.1\n')
  })

  it.each(WAYS)('would listen everywhere: listen(%s)', async (how) => {
    const { ended, output } = start(listening(how))

    expect(await ended).toEqual([0, null])
    expect(['::\n', '0.0.0.0\n']).toContain(output())
  })
})
