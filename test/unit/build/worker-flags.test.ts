import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from '@jest/globals'
import { serveCommand } from '../../../src/cli/serve.ts'

const run = promisify(execFile)
const MAIN = fileURLToPath(new URL('../../../src/main.ts', import.meta.url))

/** Loaded before the service: what it asks V8 for, which is done as well, and what V8 then says of itself. */
const PROBE = `data:text/javascript,${encodeURIComponent(`
  import v8 from 'node:v8'
  import { syncBuiltinESMExports } from 'node:module'
  const [asked, set] = [[], v8.setFlagsFromString]
  v8.setFlagsFromString = (flag) => { asked.push(flag); set(flag) }
  syncBuiltinESMExports()
  process.on('exit', () => console.log('\\n' + JSON.stringify({ asked, hasMaglev: %IsMaglevEnabled() })))
`)}`

async function flagsOf(...args: readonly string[]): Promise<unknown> {
  const node = ['--allow-natives-syntax', '--import', PROBE, MAIN, ...args]
  const { stdout } = await run(process.execPath, node)
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')
}

const ALWAYS = ['--semi-space-growth-factor=1', '--wasm-tier-up-filter=0']
const SPARING = ['--optimize-for-size', '--no-maglev']

it.each([['--role', 'worker'], ['--role=worker']])('serve %s %s asks V8 for no less than speed', async (...role) => {
  const flags = await flagsOf('serve', ...role, '--help')

  expect(flags).toEqual({ asked: expect.arrayContaining(ALWAYS) as unknown, hasMaglev: true })
  expect((flags as { asked: readonly string[] }).asked.filter((flag) => SPARING.includes(flag))).toEqual([])
})

it.each([[['serve']], [['serve', '--role', 'web']], [['serve', '--role=web']], [['doctor']]])(
  '%j is sparing with memory',
  async (args) => {
    expect(await flagsOf(...args, '--help')).toEqual({
      asked: expect.arrayContaining([...ALWAYS, ...SPARING]) as unknown,
      hasMaglev: false,
    })
  },
)

it('the help says what a worker by itself is good for', () => {
  expect(serveCommand.usage).toMatch(/--role worker.*memory.*faster/s)
})
