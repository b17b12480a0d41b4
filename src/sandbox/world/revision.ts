import { sha256Hex } from '../../kernel/sha256.ts'

/** The commit of a version: looks like one of Git's, and is the same in every run. */
export function revisionFor(service: string, version: string): string {
  return sha256Hex(`${service}@${version}`).slice(0, 40)
}
