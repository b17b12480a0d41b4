import { afterAll, beforeAll, expect, it, jest } from '@jest/globals'
import { mkdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { silentLogger } from '../../../src/kernel/silent-logger.ts'
import { openEmbeddedPostgres } from '../../../src/store/embedded-postgres.ts'
import type { EmbeddedPostgres } from '../../../src/store/embedded-postgres.ts'
import { canEnter } from '../../../src/store/embedded/can-reach.ts'
import { readHomeState } from '../../../src/store/embedded/home-state.ts'
import { findPostmaster } from '../../../src/store/embedded/postmaster-file.ts'
import { describeWhen } from '../../support/skip.ts'
import { Homes, NOBODY, binariesFor, isLinux, isRoot, nobody, queryAt, startOpener, userOf } from './opener.ts'

jest.setTimeout(180_000)

const homes = new Homes()
afterAll(() => homes.removeAll())

describeWhen(isLinux, 'needs /proc', 'the user that PostgreSQL runs as', () => {
  let postgres: EmbeddedPostgres
  let pid: number

  beforeAll(async () => {
    process.env['COUNTERSIGN_TEST_TOKEN'] = 'not for the server'
    const home = homes.create()
    postgres = await openEmbeddedPostgres({ home, log: silentLogger, purpose: 'tests' })
    pid = findPostmaster(join(home, 'postgres', 'data'))?.pid ?? 0
  })
  afterAll(async () => {
    delete process.env['COUNTERSIGN_TEST_TOKEN']
    await postgres.close()
  })

  it('is never root', () => {
    expect(userOf(pid)).not.toBe(0)
  })

  it('cannot read our environment, which holds tokens', () => {
    const environment = readFileSync(`/proc/${pid}/environ`, 'utf8')

    expect(environment).toContain('PATH=')
    expect(environment).not.toContain('not for the server')
  })
})

describeWhen(isRoot && isLinux, 'needs root', 'started as an ordinary user', () => {
  it('the server runs as that user, in a folder that is private', async () => {
    const home = homes.create(NOBODY)
    const opener = startOpener({ home, uid: NOBODY, binaries: await binariesFor(nobody) })

    const { url } = await opener.opened()

    expect(await queryAt(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
    expect(userOf(findPostmaster(join(home, 'postgres', 'data'))?.pid ?? 0)).toBe(NOBODY)
    expect(statSync(join(home, 'postgres')).mode & 0o777).toBe(0o700)
    await opener.close()
  })

  it('without a name, it says that a database has to be given', async () => {
    const nameless = 54_321
    const opener = startOpener({ home: homes.create(nameless), uid: nameless, binaries: await binariesFor(nobody) })

    const { code, message } = await opener.refused()

    expect(code).toBe('embedded_postgres_no_user')
    expect(message).toContain('User id 54321 has no entry in /etc/passwd')
    expect(message).toContain('Set DATABASE_URL')
  })

  it('a folder of somebody else is refused with what to do', async () => {
    const home = homes.create()
    const opener = startOpener({ home, uid: NOBODY, binaries: await binariesFor(nobody) })

    const { code, message } = await opener.refused()

    expect(code).toBe('embedded_postgres_no_folder')
    expect(message).toContain('COUNTERSIGN_DATA')
  })
})

describeWhen(isRoot && isLinux, 'needs root', 'started as root below a private home folder', () => {
  it('the data is kept where its user can reach it, the log says where, and it is found again', async () => {
    const privateFolder = homes.createPrivate()
    const home = homes.adopt(join(privateFolder, 'project', '.countersign'))
    mkdirSync(join(privateFolder, 'project'))
    const first = startOpener({ home, purpose: 'tests' })
    const { logged, ownerUrl } = await first.opened()
    await queryAt(ownerUrl, 'CREATE TABLE kept ()')
    await first.close()

    const second = await openEmbeddedPostgres({ home, log: silentLogger, purpose: 'tests' })

    const folder = readHomeState(home)?.clusterFolder ?? ''
    expect(canEnter(nobody, folder)).toBe(true)
    expect(logged).toContainEqual({
      message: 'database kept outside the private data folder, where its user can reach it',
      fields: expect.objectContaining({ home, folder }) as object,
    })
    expect(await queryAt(second.ownerUrl(), `SELECT to_regclass('kept')::text AS table`)).toEqual([{ table: 'kept' }])
    expect(statSync(privateFolder).mode & 0o777).toBe(0o700)
    await second.close()
  })
})
