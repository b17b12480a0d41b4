import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { canonicalJson } from '../kernel/canonical-json.ts'
import { sha256Hex } from '../kernel/sha256.ts'

const SOURCES = fileURLToPath(new URL('..', import.meta.url))
let known: string | undefined

/**
 * SHA-256 over the names and hashes of all source files: there is no build step, so these are what runs. Which version
 * of the program wrote an entry can be told from it, also where somebody changed a file in place.
 */
export function buildDigest(): string {
  known ??= digestOf(SOURCES)
  return known
}

function digestOf(folder: string): string {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  const files = names.map((name) => [relative(folder, name), sha256Hex(readFileSync(name))] as const)
  return sha256Hex(canonicalJson(Object.fromEntries(files)))
}
