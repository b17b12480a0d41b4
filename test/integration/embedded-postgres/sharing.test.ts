import { afterAll, describe, expect, it, jest } from '@jest/globals'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from 'pg'
import { silentLogger } from '../../../src/kernel/silent-logger.ts'
import { openEmbeddedPostgres } from '../../../src/store/embedded-postgres.ts'
import { itWhen } from '../../support/skip.ts'
import { Homes, isLinux, processesIn, queryAt, startOpener } from './opener.ts'

jest.setTimeout(180_000)

const homes = new Homes()
afterAll(() => homes.removeAll())

const open = (home: string) => openEmbeddedPostgres({ home, log: silentLogger, purpose: 'tests' })
const isUp = (url: string): Promise<boolean> =>
  queryAt(url, 'SELECT 1').then(
    () => true,
    () => false,
  )

describe('several processes that open one folder', () => {
  it('start one server between them when they race for an empty folder', async () => {
    const home = homes.create()
    const openers = [1, 2, 3].map(() => startOpener({ home }))

    const opened = await Promise.all(openers.map((opener) => opener.opened()))

    expect(opened.map(({ adopted }) => adopted).sort()).toEqual([false, true, true])
    const servers = await Promise.all(opened.map(({ url }) => queryAt(url, 'SELECT pg_postmaster_start_time() AS at')))
    expect(servers[1]).toEqual(servers[0])
    expect(servers[2]).toEqual(servers[0])
    const starts = readFileSync(join(home, 'postgres', 'server.log'), 'utf8').match(/starting PostgreSQL/g)
    expect(starts).toHaveLength(1)
    await Promise.all(openers.map((opener) => opener.close()))
  })

  it('are not held up by the lock of a process that died', async () => {
    const home = await homes.createUsed()
    mkdirSync(join(home, 'postgres.lock'), { recursive: true })
    const ownIdAtAnotherTime = `${process.pid}.an-earlier-boot.00`
    writeFileSync(join(home, 'postgres.lock', ownIdAtAnotherTime), '')

    const second = await open(home)

    expect(await isUp(second.url())).toBe(true)
    expect(existsSync(join(home, 'postgres.lock', ownIdAtAnotherTime))).toBe(false)
    await second.close()
  })
})

describe('closing', () => {
  itWhen(isLinux, 'needs /proc', 'stops the server that this process started and leaves no process', async () => {
    const home = await homes.createUsed()
    const postgres = await open(home)
    expect(processesIn(home).length).toBeGreaterThan(0)

    await postgres.close()

    expect(processesIn(home)).toEqual([])
    expect(await isUp(postgres.url())).toBe(false)
  })

  it('stops a server that was adopted from a killed process: it would outlive everybody', async () => {
    const home = await homes.createUsed()
    const starter = startOpener({ home, purpose: 'tests' })
    await starter.opened()
    await starter.kill()
    const adopter = await open(home)

    await adopter.close()

    expect(adopter.adopted).toBe(true)
    expect(await isUp(adopter.url())).toBe(false)
  })

  it('leaves a server running that was adopted from a living process', async () => {
    const home = await homes.createUsed()
    const starter = startOpener({ home, purpose: 'tests' })
    const { url } = await starter.opened()
    const adopter = await open(home)

    await adopter.close()
    const wasUp = await isUp(url)
    await starter.close()

    expect(adopter.adopted).toBe(true)
    expect(wasUp).toBe(true)
  })

  it('leaves the server running while another process has it open, and stops it when the starter is the last', async () => {
    const home = await homes.createUsed()
    const starter = await open(home)
    const adopter = startOpener({ home })
    const { adopted, url } = await adopter.opened()
    const second = await open(home)

    await starter.close()
    const wasUpBeside = await isUp(url)
    await adopter.close()
    await second.close()

    expect(adopted).toBe(true)
    expect(wasUpBeside).toBe(true)
    // This process started it, whichever of its two handles was closed last.
    expect(await isUp(url)).toBe(false)
  })

  it('leaves the server running while somebody is connected who never asked us', async () => {
    const home = await homes.createUsed()
    const postgres = await open(home)
    const stranger = new Client({ connectionString: postgres.url() })
    stranger.on('error', () => undefined)
    await stranger.connect()

    await postgres.close()

    expect((await stranger.query('SELECT 1')).rows).toHaveLength(1)
    await stranger.end()
  })

  it('twice is closing once', async () => {
    const postgres = await open(await homes.createUsed())

    await Promise.all([postgres.close(), postgres.close()])

    expect(await isUp(postgres.url())).toBe(false)
  })
})
