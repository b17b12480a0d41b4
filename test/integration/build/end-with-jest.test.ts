import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { isAlive } from '../../support/is-alive.ts'
import { waitUntil } from '../../support/wait-until.ts'

const END_WITH_JEST = fileURLToPath(new URL('../../support/end-with-jest.cjs', import.meta.url))

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'end-with-jest-'))
  // A worker with something open, by the name that a worker of jest has.
  writeFileSync(join(folder, 'processChild.js'), `console.log(process.pid); setInterval(() => {}, 1_000)`)
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** A parent that does nothing but start a worker; what it says is the worker's number. */
async function startWorker(...preloads: readonly string[]) {
  const words = JSON.stringify([...preloads.flatMap((file) => ['--require', file]), join(folder, 'processChild.js')])
  const script = `require('node:child_process').spawn(process.execPath, ${words}, { stdio: ['ignore', 'inherit', 'inherit'] })`
  const parent = spawn(process.execPath, ['-e', script], { env: {}, stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  parent.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  await waitUntil('the worker runs', () => output.includes('\n'))
  return { parent, worker: Number(output) }
}

it('a worker ends when jest is killed', async () => {
  const { parent, worker } = await startWorker(END_WITH_JEST)

  parent.kill('SIGKILL')
  await once(parent, 'exit')

  await waitUntil('the worker has ended', () => !isAlive(worker))
})

it('would go on without it', async () => {
  const [bare, leashed] = await Promise.all([startWorker(), startWorker(END_WITH_JEST)])

  for (const { parent } of [bare, leashed]) parent.kill('SIGKILL')
  // When the one beside it has noticed, this one would have.
  await waitUntil('the other has ended', () => !isAlive(leashed.worker))

  expect(isAlive(bare.worker)).toBe(true)
  process.kill(bare.worker, 'SIGKILL')
})
