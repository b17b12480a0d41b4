import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { findPostmaster } from '../../src/store/embedded/postmaster-file.ts'
import { findProcess } from '../../src/store/embedded/process-identity.ts'
import { readHomeState } from '../../src/store/embedded/home-state.ts'
import { removeHome } from '../support/remove-home.ts'
import { resolve } from 'node:path'
import { startCountersign } from './support/child.ts'
import { makeTestFolder } from './support/test-folder.ts'
import { waitLong, waitUntilLong } from './support/wait-long.ts'
import type { Child } from './support/child.ts'

let folder: string
let data: string
let running: Child[]
beforeEach(() => {
  folder = makeTestFolder()
  data = join(folder, 'data')
  running = []
})
afterEach(async () => {
  for (const child of running) child.signal('SIGKILL')
  await Promise.all(running.map((child) => child.ended))
  for (const name of demoFolders()) await removeHome(join(data, name, 'data'))
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
})

function startDemo(args: readonly string[], variables: Readonly<Record<string, string>> = {}): Child {
  const child = startCountersign(['demo', ...args], { COUNTERSIGN_DATA: data, ...variables })
  running.push(child)
  return child
}

function demoFolders(): readonly string[] {
  return existsSync(data) ? readdirSync(data).filter((name) => name.startsWith('demo-')) : []
}

/** The process of the database server that the one running demo has started. */
function databaseOf(): number | undefined {
  const [name] = demoFolders()
  if (name === undefined) return undefined
  const home = join(data, name, 'data')
  const state = readHomeState(home)
  return state === undefined ? undefined : findPostmaster(join(resolve(home, state.clusterFolder), 'data'))?.pid
}

describe('the demo that plays by itself', () => {
  it('has a bad deploy rolled back by two people, and exits 0', async () => {
    const demo = startDemo(['--auto'])

    expect({ code: await demo.ended, output: demo.output() }).toMatchObject({ code: 0 })
    expect(demo.output()).toContain('the likely cause is the deploy of checkout')
    expect(demo.output()).toMatch(/PRO-1 proposes rollback-bad-deploy: tier 3, 2 approvals/)
    expect(demo.output()).toMatch(/Ana Ruiz reads the card and presses Approve[\s\S]*Ben Okafor reads the card/)
    expect(demo.output().match(/rollback of checkout to 2\.13\.0 requested/g)).toHaveLength(1)
    expect(demo.output()).toMatch(/Audit log: OK/)
    expect(existsSync(data)).toBe(false)
  }, 240_000)

  it('proposes nothing when a dependency fails after an innocent deploy, and exits 0', async () => {
    const demo = startDemo(['--auto', '--scenario', 'dependency-failure'])

    expect({ code: await demo.ended, output: demo.output() }).toMatchObject({ code: 0 })
    expect(demo.output()).toContain('nothing is proposed')
    expect(demo.output()).not.toContain('proposes')
    expect(demo.output()).not.toContain('rollback of checkout')
  }, 240_000)

  it('has leaking pods replaced by a Lambda function, and exits 0', async () => {
    const demo = startDemo(['--auto', '--scenario', 'memory-leak', '--seed', '11'])

    expect({ code: await demo.ended, output: demo.output() }).toMatchObject({ code: 0 })
    expect(demo.output().match(/recycle-pods recycles reports/g)).toHaveLength(1)
    expect(demo.output().match(/note on PINC/g)).toHaveLength(1)
  }, 240_000)
})

describe('the demo for a person', () => {
  it('leaves nothing behind when it is killed', async () => {
    const demo = startDemo(['--port', '0'])
    const [, url = ''] = await demo.waitForOutput(/Open {2}(http:\S+)/)
    const database = await waitLong('the database of the demo', databaseOf)
    expect((await fetch(new URL('/healthz', url))).status).toBe(200)

    demo.signal('SIGKILL')
    await demo.ended

    await waitUntilLong('the database to end', () => findProcess(database) === undefined)
    await waitUntilLong('its files to go', () => !existsSync(data))
  }, 240_000)

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'clears up and exits 0 on %s',
    async (name) => {
      const demo = startDemo(['--port', '0', '--scenario', 'memory-leak'])
      await demo.waitForOutput(/Open {2}http/)
      const database = await waitLong('the database of the demo', databaseOf)

      demo.signal(name)

      expect({ code: await demo.ended, output: demo.output() }).toMatchObject({ code: 0 })
      expect(findProcess(database)).toBeUndefined()
      expect(existsSync(data)).toBe(false)
    },
    240_000,
  )

  it('refuses any address but loopback', async () => {
    const demo = startDemo([], { HOST: '0.0.0.0' })

    expect(await demo.ended).toBe(2)
    expect(demo.output()).toContain('HOST is 0.0.0.0; the demo has no sign-in and listens on this machine only.')
    expect(existsSync(data)).toBe(false)
  })

  it('names its scenarios, and refuses one that it does not know', async () => {
    const list = startDemo(['--list'])
    const unknown = startDemo(['--scenario', 'meteor'])

    expect(await list.ended).toBe(0)
    const named = list
      .output()
      .split('\n')
      .map((line) => line.split(' ')[0])
    expect(named).toEqual(expect.arrayContaining(['bad-deploy', 'dependency-failure', 'memory-leak']))
    expect(await unknown.ended).toBe(2)
    expect(unknown.output()).toMatch(/There is no scenario "meteor"\. There are: .*\bbad-deploy, /)
  })
})
