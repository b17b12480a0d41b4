import { canonicalJson } from '../kernel/canonical-json.ts'
import { sha256Hex } from '../kernel/sha256.ts'
import type { ConfigurationText, ConfigurationVersion } from './configuration.ts'

/**
 * The version that these files make, whatever order they were read in. Kind, path and exact text of each count; the
 * folder they lie in does not, for it differs from machine to machine.
 */
export function versionOf(files: readonly ConfigurationText[]): ConfigurationVersion {
  const sorted = [...files].sort((left, right) => (keyOf(left) < keyOf(right) ? -1 : 1))
  return { digest: sha256Hex(encodeVersion(sorted)), files: sorted }
}

/** The bytes that are hashed and kept. */
export function encodeVersion(files: readonly ConfigurationText[]): string {
  return canonicalJson(files.map(({ kind, path, text }) => ({ kind, path, text })))
}

function keyOf({ kind, path }: ConfigurationText): string {
  return `${kind} ${path}`
}
