import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { silentLogger } from '../../../src/kernel/silent-logger.ts'
import { openEmbeddedPostgres } from '../../../src/store/embedded-postgres.ts'
import type { EmbeddedPostgres } from '../../../src/store/embedded-postgres.ts'
import { Homes, queryAt } from './opener.ts'

jest.setTimeout(180_000)

describe('the logins of the embedded database', () => {
  const homes = new Homes()
  let home: string
  let postgres: EmbeddedPostgres

  beforeAll(async () => {
    home = homes.create()
    postgres = await openEmbeddedPostgres({ home, log: silentLogger })
  })
  afterAll(async () => {
    await postgres.close()
    await homes.removeAll()
  })

  it('are in a file that only its owner can read', () => {
    expect(statSync(join(home, 'postgres.json')).mode & 0o777).toBe(0o600)
  })

  it('give the service no rights but to connect', async () => {
    await queryAt(postgres.ownerUrl(), 'SET ROLE countersign_owner; CREATE TABLE secrets (id int)')

    const roles = await queryAt(
      postgres.url(),
      `SELECT rolname, rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls, rolcanlogin
       FROM pg_roles WHERE rolname LIKE 'countersign%' ORDER BY rolname`,
    )
    const none = {
      rolsuper: false,
      rolcreaterole: false,
      rolcreatedb: false,
      rolreplication: false,
      rolbypassrls: false,
    }
    expect(roles[1]).toEqual({ rolname: 'countersign_app', ...none, rolcanlogin: true })
    expect(roles[2]).toEqual({ rolname: 'countersign_owner', ...none, rolcanlogin: false })
    await expect(queryAt(postgres.url(), 'SELECT * FROM secrets')).rejects.toThrow(/permission denied/)
    await expect(queryAt(postgres.url(), 'CREATE TABLE mine (id int)')).rejects.toThrow(/permission denied/)
    await expect(queryAt(postgres.url(), 'SET ROLE countersign_owner')).rejects.toThrow(/permission denied/)
    await expect(queryAt(postgres.url(), 'CREATE TEMPORARY TABLE mine (id int)')).rejects.toThrow(/permission denied/)
  })

  it('let the migrations own their tables as a role that nobody logs in as', async () => {
    const rows = await queryAt(postgres.ownerUrl(), `SELECT tableowner FROM pg_tables WHERE tablename = 'secrets'`)

    expect(rows).toEqual([{ tableowner: 'countersign_owner' }])
    await expect(queryAt(postgres.url().replace('_app', '_owner'), 'SELECT 1')).rejects.toThrow()
  })

  it('are asked for a password', async () => {
    const wrong = new URL(postgres.url())
    wrong.password = 'guess'

    await expect(queryAt(wrong.href, 'SELECT 1')).rejects.toThrow(/password authentication failed/)
  })

  it('lose no commit: every setting that durability rests on is on', async () => {
    const rows = await queryAt(
      postgres.ownerUrl(),
      `SELECT name, setting FROM pg_settings
       WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit', 'data_checksums', 'listen_addresses', 'unix_socket_directories')
       ORDER BY name`,
    )

    expect(Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))).toEqual({
      data_checksums: 'on',
      fsync: 'on',
      full_page_writes: 'on',
      listen_addresses: '127.0.0.1',
      synchronous_commit: 'on',
      unix_socket_directories: '',
    })
  })
})
