// Where the source lies once its types are stripped. The name of a file is the hash of what it was made from and of the
// Node that made it: a changed source or another Node finds nothing, and Node then strips by itself as it always can.
import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'

export const SOURCE = new URL('../src/', import.meta.url).href
// Beside the packages, with their owner: who may write here may write the program anyway.
export const FOLDER = fileURLToPath(new URL('../node_modules/.countersign/stripped/', import.meta.url))

/** The path of the stripped form of these bytes of TypeScript. */
export function strippedPathOf(bytes) {
  const hash = createHash('sha256').update(`${process.version}\n`).update(bytes)
  return `${FOLDER}${hash.digest('base64url')}.mjs`
}
