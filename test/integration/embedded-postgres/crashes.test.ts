import { afterAll, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { silentLogger } from '../../../src/kernel/silent-logger.ts'
import { openEmbeddedPostgres } from '../../../src/store/embedded-postgres.ts'
import { chooseServerUser } from '../../../src/store/embedded/choose-user.ts'
import { runProgram, spawnProgram } from '../../../src/store/embedded/server-process.ts'
import { findPostmaster } from '../../../src/store/embedded/postmaster-file.ts'
import { itWhen } from '../../support/skip.ts'
import { Homes, binariesFor, isLinux, queryAt, startOpener, until } from './opener.ts'

jest.setTimeout(180_000)

const homes = new Homes()
afterAll(() => homes.removeAll())

const open = (home: string) => openEmbeddedPostgres({ home, log: silentLogger })
const dataOf = (home: string): string => join(home, 'postgres', 'data')

function killServer(home: string): void {
  const server = findPostmaster(dataOf(home))
  if (server === undefined) throw new Error('There is no server to kill.')
  process.kill(server.pid, 'SIGKILL')
}

describe('after a kill -9', () => {
  it('of Node the next start adopts the server, and what was committed is there', async () => {
    const home = await homes.createUsed()
    const starter = startOpener({ home })
    const { ownerUrl } = await starter.opened()
    await queryAt(ownerUrl, 'CREATE TABLE kept AS SELECT 42 AS answer')
    await starter.kill()

    const next = await open(home)

    expect(next.adopted).toBe(true)
    expect(next.ownerUrl()).toBe(ownerUrl)
    expect(await queryAt(ownerUrl, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }])
    await next.close()
  })

  it('of PostgreSQL the next start recovers on the same port, and what was committed is there', async () => {
    const home = await homes.createUsed()
    const first = await open(home)
    await queryAt(first.ownerUrl(), 'CREATE TABLE kept AS SELECT 42 AS answer')
    killServer(home)

    const next = await open(home)

    expect(next.adopted).toBe(false)
    expect(next.url()).toBe(first.url())
    expect(await queryAt(next.ownerUrl(), 'SELECT answer FROM kept')).toEqual([{ answer: 42 }])
    await next.close()
    await first.close()
  })

  it('of both, two processes that start at once recover it once', async () => {
    const home = await homes.createUsed()
    const first = startOpener({ home })
    await first.opened()
    await first.kill()
    killServer(home)
    const openers = [startOpener({ home }), startOpener({ home })]

    const opened = await Promise.all(openers.map((opener) => opener.opened()))

    expect(opened.map(({ adopted }) => adopted).sort()).toEqual([false, true])
    await Promise.all(openers.map((opener) => opener.close()))
  })

  it('of Node in the middle of initdb the next start begins anew', async () => {
    const home = homes.create()
    const starter = startOpener({ home })
    await until(() => existsSync(join(home, 'postgres')) && readdirSync(join(home, 'postgres')).length > 0)
    await starter.kill()

    const next = await open(home)

    expect(next.adopted).toBe(false)
    expect(await queryAt(next.url(), 'SELECT 1 AS one')).toEqual([{ one: 1 }])
    await next.close()
  })
})

describe('a half-made folder', () => {
  it('is wiped and made anew, with the server that still runs on it', async () => {
    const home = await homes.createUsed()
    const starter = startOpener({ home, purpose: 'tests' })
    const { ownerUrl } = await starter.opened()
    await queryAt(ownerUrl, 'CREATE TABLE half_made ()')
    await starter.kill()
    rmSync(join(home, 'postgres', 'READY'))

    const next = await open(home)

    expect(next.adopted).toBe(false)
    expect(await queryAt(next.ownerUrl(), `SELECT to_regclass('half_made') AS table`)).toEqual([{ table: null }])
    await next.close()
  })
})

describe('what an earlier server left behind', () => {
  let home: string

  beforeEach(async () => {
    home = await homes.createUsed()
    const first = await open(home)
    if (isLinux) killServer(home)
    await first.close()
  })

  itWhen(isLinux, 'needs /proc', 'is not mistaken for a server when its id is another process’s now', async () => {
    const user = chooseServerUser(statSync(dataOf(home)).uid)
    const stranger = spawnProgram('sleep', ['300'], { user, folder: '/' }, { stdio: 'ignore' })
    const file = join(dataOf(home), 'postmaster.pid')
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^\d+/, String(stranger.pid)))
    const { postgres } = await binariesFor(user)
    const alone = await runProgram(postgres, ['-D', dataOf(home), '-c', 'unix_socket_directories='], {
      user,
      folder: '/',
    })

    const next = await open(home)

    expect(alone).toMatchObject({
      code: 1,
      output: expect.stringContaining('lock file "postmaster.pid" already exists'),
    })
    expect(next.adopted).toBe(false)
    expect(await queryAt(next.url(), 'SELECT 1 AS one')).toEqual([{ one: 1 }])
    await next.close()
    stranger.kill()
  })

  it('is not thrown away when only the logins are lost: the start is refused', async () => {
    rmSync(join(home, 'postgres.json'))

    await expect(open(home)).rejects.toThrow(/its logins is gone\. Restore that file/)
    expect(existsSync(join(dataOf(home), 'PG_VERSION'))).toBe(true)
  })

  it('of another major version is refused with what to do', async () => {
    writeFileSync(join(dataOf(home), 'PG_VERSION'), '17\n')

    await expect(open(home)).rejects.toThrow(/made by PostgreSQL 17, and the installed binaries are 18/)
  })
})
