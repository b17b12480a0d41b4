import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import type { Logger } from '../../../src/kernel/logger.ts'
import { silentLogger } from '../../../src/kernel/silent-logger.ts'
import { locateBinaries } from '../../../src/store/embedded/locate-binaries.ts'
import type { Binaries } from '../../../src/store/embedded/locate-binaries.ts'
import { prepareBinaries } from '../../../src/store/embedded/prepare-binaries.ts'
import { runProgram } from '../../../src/store/embedded/server-process.ts'
import { itWhen } from '../../support/skip.ts'
import { NOBODY, Homes, isLinux, isRoot, nobody, queryAt, startOpener } from './opener.ts'

jest.setTimeout(180_000)

describe('the binaries of PostgreSQL', () => {
  const homes = new Homes()
  let folder: string
  let installed: Binaries

  /** Another checkout's copy of the package, as npm would have left it. Hard links do where modes stay as they are. */
  function copyPackage(into: string, how: 'copy' | 'link' = 'link'): Binaries {
    const root = join(folder, into, 'native')
    mkdirSync(dirname(root), { recursive: true })
    const from = `${dirname(installed.root)}/.`
    try {
      execFileSync('cp', [how === 'link' ? '-al' : '-a', from, dirname(root)], { stdio: 'ignore' })
    } catch {
      // The checkout and the temporary folder are on different file systems.
      execFileSync('cp', ['-a', from, dirname(root)])
    }
    const move = (path: string): string => join(root, relative(installed.root, path))
    const { initdb, postgres, pgCtl, version } = installed
    return { initdb: move(initdb), postgres: move(postgres), pgCtl: move(pgCtl), root, version }
  }

  function removeLinks(binaries: Binaries): void {
    const links = JSON.parse(readFileSync(join(binaries.root, 'pg-symlinks.json'), 'utf8')) as { target: string }[]
    for (const { target } of links) rmSync(join(dirname(binaries.root), target), { force: true })
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'countersign-binaries-'))
    chmodSync(folder, 0o755)
    installed = await locateBinaries()
  })
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true })
    await homes.removeAll()
  })

  itWhen(isRoot && isLinux, 'needs root', 'run from a read-only node_modules, which stays as it was', async () => {
    const readOnly = copyPackage('read-only', 'copy')
    const listing = listAll(dirname(readOnly.root))
    for (const path of listing) if (!lstatSync(path).isSymbolicLink()) chmodSync(path, statSync(path).mode & 0o555)
    const opener = startOpener({ home: homes.create(NOBODY), uid: NOBODY, binaries: readOnly })

    const { url, logged } = await opener.opened()

    expect(await queryAt(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
    expect(logged.map(({ message }) => message)).toEqual(['embedded PostgreSQL is ready'])
    expect(listAll(dirname(readOnly.root))).toEqual(listing)
    await opener.close()
  })

  itWhen(isLinux, 'needs Linux', 'are copied once, completed, where the package has no symbolic links', async () => {
    const linkless = copyPackage('linkless')
    removeLinks(linkless)
    const before = listAll(dirname(linkless.root))
    const cache = join(folder, 'linkless-cache')
    const notes: object[] = []
    const log: Logger = { ...silentLogger, info: (fields) => notes.push(fields) }
    const input = { binaries: linkless, user: undefined, cacheFolders: [cache], log }

    const first = prepareBinaries(input)
    const madeAt = statSync(first.postgres).ctimeMs
    const second = prepareBinaries(input)

    expect(second).toEqual(first)
    expect(statSync(second.postgres).ctimeMs).toBe(madeAt)
    expect(notes).toEqual([expect.objectContaining({ to: first.root })])
    expect(first.root).toContain(linkless.version)
    const broken = await runProgram(linkless.postgres, ['--version'], { user: undefined, folder })
    const mended = await runProgram(first.postgres, ['--version'], { user: undefined, folder })
    expect({ broken: broken.code, mended: mended.code }).toEqual({ broken: 127, mended: 0 })
    expect(listAll(dirname(linkless.root))).toEqual(before)
  })

  itWhen(isRoot && isLinux, 'needs root', 'are copied to where the server’s user can reach them', async () => {
    const hidden = copyPackage('hidden/node_modules')
    chmodSync(join(folder, 'hidden'), 0o700)
    const cache = join(folder, 'hidden-cache')
    const unreachable = join(folder, 'hidden', 'cache')

    const usable = prepareBinaries({
      binaries: hidden,
      user: nobody,
      cacheFolders: [unreachable, cache],
      log: silentLogger,
    })

    expect(dirname(usable.root)).toBe(cache)
    const where = { user: nobody, folder }
    expect((await runProgram(hidden.postgres, ['--version'], where)).code).toBeNull()
    expect(await runProgram(usable.postgres, ['--version'], where)).toMatchObject({ code: 0 })
  })

  itWhen(isLinux, 'needs Linux', 'are not taken from a cache that somebody else could write to', () => {
    const small = makeSmallPackage(join(folder, 'small'))
    const input = { binaries: small, user: undefined, cacheFolders: [join(folder, 'shared-cache')], log: silentLogger }
    const { root } = prepareBinaries(input)
    chmodSync(root, 0o777)
    writeFileSync(join(root, 'planted'), '')

    const again = prepareBinaries(input)

    expect(again.root).toBe(root)
    expect(readdirSync(root)).not.toContain('planted')
    expect(statSync(root).mode & 0o022).toBe(0)
  })

  it('are missed with one clear line where they cannot run', async () => {
    const machine = { platform: 'linux-x64', hasFile: () => true, importPackage: () => Promise.reject(new Error('no')) }

    await expect(locateBinaries({ ...machine, platform: 'sunos-sparc' })).rejects.toThrow(
      'There are no PostgreSQL binaries for sunos-sparc. Set DATABASE_URL to a PostgreSQL server (15 or later) instead.',
    )
    await expect(locateBinaries({ ...machine, hasFile: () => false })).rejects.toThrow(
      /need the GNU C library.* Set DATABASE_URL/,
    )
    await expect(locateBinaries(machine)).rejects.toThrow(/npm ci --include=optional.* Set DATABASE_URL/)
  })
})

/** The shape of the package with a link missing and next to no content. */
function makeSmallPackage(folder: string): Binaries {
  const root = join(folder, 'native')
  for (const name of ['bin', 'lib', 'share']) mkdirSync(join(root, name), { recursive: true })
  for (const name of ['bin/initdb', 'bin/postgres', 'bin/pg_ctl', 'lib/a.so.1']) writeFileSync(join(root, name), name)
  const links = [{ source: 'native/lib/a.so.1', target: 'native/lib/a.so' }]
  writeFileSync(join(root, 'pg-symlinks.json'), JSON.stringify(links))
  const at = (name: string): string => join(root, 'bin', name)
  return { initdb: at('initdb'), postgres: at('postgres'), pgCtl: at('pg_ctl'), root, version: '1.0.0' }
}

function listAll(folder: string): string[] {
  return (readdirSync(folder, { recursive: true }) as string[]).map((name) => join(folder, name)).sort()
}
