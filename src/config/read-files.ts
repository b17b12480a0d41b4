import { readFile, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Problem } from '../kernel/errors.ts'

/** Nobody writes a configuration of this size by hand: such a file is another one than was meant. */
const MOST_BYTES = 4 * 1_048_576

export interface TextFile {
  readonly file: string
  readonly text: string
}

/** One file: its text, or `undefined` when it is not there, or a problem that says why it cannot be read. */
export interface FileReading {
  readonly text: string | undefined
  readonly problems: readonly Problem[]
}

export interface FolderReading {
  readonly isThere: boolean
  readonly files: readonly TextFile[]
  readonly problems: readonly Problem[]
}

/** What is not a readable text is a problem like any other mistake; only its absence is left to the caller. */
export async function readTextFile(file: string): Promise<FileReading> {
  try {
    const found = await stat(file)
    if (found.isDirectory()) return failed(file, 'a folder', 'a file')
    if (!found.isFile()) return failed(file, 'a device or a pipe', 'a regular file')
    if (found.size > MOST_BYTES) return failed(file, `${String(found.size)} bytes`, 'at most 4 MiB')
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file))
    return { text, problems: [] }
  } catch (error) {
    if (isAbsent(error)) return { text: undefined, problems: [] }
    return failed(file, describeFailure(error), 'a file in UTF-8 that this process may read')
  }
}

/**
 * Every file below the folder with one of the endings, sorted. Links are followed, since Kubernetes mounts every file
 * as one and a policy must not be passed over in silence; hidden names are left out, for the same mounts keep their
 * copies there.
 */
export async function readFolder(folder: string, endings: readonly string[]): Promise<FolderReading> {
  const listing: Listing = { files: [], problems: [], endings }
  const isThere = await listInto(listing, folder, 0)
  const readings = await Promise.all(
    listing.files.sort().map(async (file) => ({ file, ...(await readTextFile(file)) })),
  )
  return {
    isThere,
    files: readings.flatMap(({ file, text }) => (text === undefined ? [] : [{ file, text }])),
    problems: [...listing.problems, ...readings.flatMap(({ problems }) => problems)],
  }
}

interface Listing {
  readonly files: string[]
  readonly problems: Problem[]
  readonly endings: readonly string[]
}

/** Links may lead in circles. */
const DEEPEST = 12

async function listInto(listing: Listing, folder: string, depth: number): Promise<boolean> {
  if (depth > DEEPEST) {
    listing.problems.push({ file: folder, at: '', found: 'folders within folders without end', expected: 'fewer' })
    return true
  }
  try {
    if (!(await stat(folder)).isDirectory()) {
      listing.problems.push({ file: folder, at: '', found: 'a file', expected: 'a folder' })
      return true
    }
    for (const name of await readdir(folder)) {
      if (!name.startsWith('.')) await addEntry(listing, join(folder, name), depth)
    }
    return true
  } catch (error) {
    if (isAbsent(error)) return false
    const found = describeFailure(error)
    listing.problems.push({ file: folder, at: '', found, expected: 'a folder that this process may read' })
    return true
  }
}

async function addEntry(listing: Listing, path: string, depth: number): Promise<void> {
  const isWanted = listing.endings.some((ending) => path.endsWith(ending))
  try {
    const found = await stat(path)
    if (found.isDirectory()) await listInto(listing, path, depth + 1)
    else if (isWanted) listing.files.push(path)
  } catch (error) {
    if (!isWanted) return
    const what = isAbsent(error) ? 'a link to nothing' : describeFailure(error)
    listing.problems.push({ file: path, at: '', found: what, expected: 'a file that this process may read' })
  }
}

function failed(file: string, found: string, expected: string): FileReading {
  return { text: undefined, problems: [{ file, at: '', found, expected }] }
}

const FAILURES: Readonly<Record<string, string>> = {
  EACCES: 'no right to read it',
  EPERM: 'no right to read it',
  ELOOP: 'links that lead in a circle',
  ENAMETOOLONG: 'a name that is too long',
  ERR_ENCODING_INVALID_ENCODED_DATA: 'bytes that are not UTF-8',
}

function describeFailure(error: unknown): string {
  const code = codeOf(error)
  return FAILURES[code] ?? `an error while reading (${code === '' ? 'unknown' : code})`
}

function isAbsent(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(codeOf(error))
}

/** Not by `instanceof`: what Node itself throws is another realm's Error where tests run. */
function codeOf(error: unknown): string {
  const code: unknown = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : ''
}
