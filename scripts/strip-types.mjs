// Strips the types of the source once, at installation, with the very function that Node uses at a start. A service
// started with `--import ./scripts/use-stripped.mjs` then never loads that compiler: 12 MB less for its whole life, and
// a quicker start. Nothing depends on it: what is absent or out of date is stripped by Node at the start, as without.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
// Not by name: the oldest Node that may run this has no such function.
import module from 'node:module'
import { fileURLToPath } from 'node:url'
import { FOLDER, SOURCE, strippedPathOf } from './stripped-source.mjs'

/** Writes what is missing, removes what belongs to no file any more. Several may do so at once. */
function stripAll() {
  mkdirSync(FOLDER, { recursive: true })
  const current = new Set()
  const source = fileURLToPath(SOURCE)
  for (const name of readdirSync(source, { recursive: true })) {
    if (!name.endsWith('.ts')) continue
    const bytes = readFileSync(`${source}${name}`)
    const path = strippedPathOf(bytes)
    current.add(path)
    if (!existsSync(path)) writeWhole(path, module.stripTypeScriptTypes(bytes.toString('utf8')))
  }
  for (const name of readdirSync(FOLDER)) {
    if (name.endsWith('.mjs') && !current.has(`${FOLDER}${name}`)) rmSync(`${FOLDER}${name}`, { force: true })
  }
}

/** A start in the same moment reads the whole file or none. */
function writeWhole(path, text) {
  const part = `${path}.${process.pid}.part`
  writeFileSync(part, text)
  renameSync(part, path)
}

process.removeAllListeners('warning')
try {
  if (typeof module.stripTypeScriptTypes === 'function') stripAll()
} catch (cause) {
  // Packages that somebody else owns, a full disk: the service starts all the same, with more memory.
  if (!['EACCES', 'EROFS', 'EPERM', 'ENOSPC'].includes(cause.code)) throw cause
}
