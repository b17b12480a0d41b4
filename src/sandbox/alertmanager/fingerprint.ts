import type { Labels } from '../prometheus/series-store.ts'

const OFFSET = 0xcbf29ce484222325n
const PRIME = 0x100000001b3n
const SEPARATOR = 0xff

/** FNV-1a over the sorted labels, as Prometheus makes its fingerprints. */
export function labelFingerprint(labels: Labels): string {
  const names = Object.keys(labels).sort()
  const bytes = names.flatMap((name) => [
    ...Buffer.from(name),
    SEPARATOR,
    ...Buffer.from(labels[name] ?? ''),
    SEPARATOR,
  ])
  const hash = bytes.reduce((sum, byte) => ((sum ^ BigInt(byte)) * PRIME) & 0xffffffffffffffffn, OFFSET)
  return hash.toString(16).padStart(16, '0')
}
