import { execFile, spawn } from 'node:child_process'
import { constants } from 'node:fs'
import { mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { eventually } from './eventually.ts'
import { openInstallation, REPOSITORY } from './installation.ts'
import type { Installation } from './installation.ts'
import { startProcess } from './process.ts'
import type { CountersignProcess } from './process.ts'

/** Whoever opens a pipe that nobody writes to waits, as for a mount whose server is gone: Node's thread is held for real. */
let installation: Installation
let service: CountersignProcess | undefined
const pipe = (): string => join(installation.folder, 'proof', 'checkpoints.jsonl')
beforeEach(async () => {
  installation = await openInstallation({ settings: 'audit: { checkpoints: ./proof }' })
  await mkdir(join(installation.folder, 'proof'))
  await promisify(execFile)('mkfifo', [pipe()])
})
afterEach(async () => {
  await service?.end()
  service = undefined
  await installation.close()
})

const numbered = async (): Promise<number> =>
  (await installation.sql<{ size: number }>('SELECT size::int FROM audit_sequencer'))[0]?.size ?? 0
const waiting = async (): Promise<number> =>
  (
    await installation.sql<{ waiting: number }>(
      'SELECT count(*)::int AS waiting FROM audit_leaves l WHERE NOT EXISTS (SELECT FROM audit_entries e WHERE e.leaf_id = l.id)',
    )
  )[0]?.waiting ?? 0

describe('a service whose folder of checkpoints never answers', () => {
  it('starts, numbers its entries, tells of it, and ends when it is asked to', async () => {
    service = startProcess(['serve'], installation.variables)
    const url = await service.ready()
    await eventually('the numbers of all', async () => (await numbered()) > 0 && (await waiting()) === 0)
    await eventually('the metric', async () => {
      const text = await (await fetch(`${url}/metrics`)).text()
      return /^countersign_audit_places_hanging(\{[^}]*\})? 1$/m.test(text)
    })

    service.signal('SIGTERM')

    expect(await service.ended).toBe(0)
    expect(await waiting()).toBe(0)
    expect(service.output.stdout).toContain('the process ends without them')
  }, 120_000)
})

describe('the end of a process with a thread in a folder that never answers', () => {
  /** Its exit is asked for while a thread of it waits. */
  function startProgram(exit: string) {
    const program = `
      import { open } from 'node:fs'
      import { endProcess } from ${JSON.stringify(join(REPOSITORY, 'src', 'cli', 'end-process.ts'))}
      open(${JSON.stringify(pipe())}, 'r', () => undefined)
      setImmediate(() => { console.log('leaving'); ${exit} })`
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program])
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
    const leaving = new Promise<void>((resolve) => child.stdout.once('data', () => resolve()))
    return { ended, leaving }
  }

  it('waits for none of its threads', async () => {
    expect(await startProgram('endProcess(3)').ended).toBe(3)
  })

  it('comes when the folder answers where it ends as Node does (the twin)', async () => {
    const { ended, leaving } = startProgram('process.exit(3)')
    await leaving
    // Refused where nobody waits for it.
    const writer = await open(pipe(), constants.O_WRONLY | constants.O_NONBLOCK)
    await writer.close()

    expect(await ended).toBe(3)
  })
})
