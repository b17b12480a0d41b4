import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'

const lockModule = new URL('../../../scripts/install-lock.mjs', import.meta.url).href
const QUIET_MS = 1_000

// Each worker writes a line when it enters and when it leaves; an overlap would show as two entries in a row. Without the
// lock the first ones stay until another is beside them: how fast processes start is the machine's.
const workerSource = `
  import { appendFileSync, readFileSync } from 'node:fs'
  import { setTimeout as sleep } from 'node:timers/promises'
  const [lockModule, folder, quietMs, mode] = process.argv.slice(1)
  const { withInstallLock } = await import(lockModule)
  const record = (word) => appendFileSync(folder + '/record', word + '\\n')
  const work = async () => {
    record('enter')
    console.log('inside')
    if (mode === 'unguarded') while (readFileSync(folder + '/record', 'utf8').split('enter').length < 3) await sleep(5)
    else await sleep(mode === 'hold' ? 600_000 : 30)
    record('leave')
  }
  if (mode === 'unguarded') await work()
  else await withInstallLock(folder, work, { quietMs: Number(quietMs) })
`

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'install-lock-'))
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

function startWorker(mode: 'brief' | 'hold' | 'unguarded') {
  const args = ['--input-type=module', '-e', workerSource, lockModule, folder, String(QUIET_MS), mode]
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], env: { PATH: process.env['PATH'] } })
}

async function waitUntilInside(worker: ReturnType<typeof startWorker>): Promise<void> {
  for await (const line of createInterface({ input: worker.stdout })) if (line === 'inside') return
  throw new Error('the worker ended without its turn')
}

async function runTogether(count: number, mode: 'brief' | 'unguarded'): Promise<string[]> {
  const workers = Array.from({ length: count }, () => startWorker(mode))
  await Promise.all(workers.map((worker) => once(worker, 'exit')))
  return readFileSync(join(folder, 'record'), 'utf8').trim().split('\n')
}

const isAlternating = (record: readonly string[]) =>
  record.every((word, index) => word === (index % 2 === 0 ? 'enter' : 'leave'))

describe('starts that race to install the packages', () => {
  it('take turns', async () => {
    const record = await runTogether(4, 'brief')

    expect(record).toHaveLength(8)
    expect(isAlternating(record)).toBe(true)
    expect(readdirSync(folder)).toEqual(['record'])
  })

  it('would work over each other without the lock', async () => {
    const record = await runTogether(8, 'unguarded')

    expect(record).toHaveLength(16)
    expect(isAlternating(record)).toBe(false)
  })

  it('take over from one that was killed', async () => {
    const holder = startWorker('hold')
    await waitUntilInside(holder)
    holder.kill('SIGKILL')
    await once(holder, 'exit')

    const record = await runTogether(3, 'brief')

    expect(record[0]).toBe('enter')
    expect(record).toHaveLength(7)
    expect(isAlternating(record.slice(1))).toBe(true)
    expect(readdirSync(folder)).toEqual(['record'])
  })
})

describe('the bootstrap script', () => {
  const repository = fileURLToPath(new URL('../../..', import.meta.url))

  async function bootstrap(checkout: string): Promise<{ code: number; printed: string }> {
    const child = spawn(process.execPath, [join(checkout, 'scripts/bootstrap.mjs'), '--dev'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let printed = ''
    child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString()))
    const [code] = (await once(child, 'close')) as [number]
    return { code, printed }
  }

  it('installs nothing and prints nothing when the packages stand', async () => {
    expect(await bootstrap(repository)).toEqual({ code: 0, printed: '' })
  })

  it('refuses to install through a link, which would empty the folder behind it', async () => {
    const checkout = join(folder, 'checkout')
    const elsewhere = join(folder, 'elsewhere')
    mkdirSync(elsewhere, { recursive: true })
    writeFileSync(join(elsewhere, 'kept'), '')
    cpSync(join(repository, 'scripts'), join(checkout, 'scripts'), { recursive: true })
    writeFileSync(join(checkout, 'package-lock.json'), '{}')
    symlinkSync(elsewhere, join(checkout, 'node_modules'))

    const { code, printed } = await bootstrap(checkout)

    expect(code).toBe(1)
    expect(printed).toContain('node_modules is a link to another folder')
    expect(readdirSync(elsewhere)).toEqual(['kept'])
  })
})
