import { generateKeyPairSync } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { signCheckpoint, printCheckpoint } from '../../../src/audit/checkpoint.ts'
import { CHAIN_START, leafHashOf, nextLink } from '../../../src/audit/hash-chain.ts'
import { appendLeaf, buildLevels, inclusionPath, rootOf } from '../../../src/audit/merkle.ts'
import { printExportLine } from '../../../src/audit/verifier.ts'
import { canonicalJson } from '../../../src/kernel/canonical-json.ts'
import type { JsonObject } from '../../../src/kernel/json.ts'

export interface Keys {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

export const newKeys = (): Keys => generateKeyPairSync('ed25519')

export interface Row {
  seq: number
  entry: JsonObject
  leafHash: string
  prevHash: string
  hash: string
}

export const leafOf = (entry: JsonObject): string => leafHashOf(Buffer.from(canonicalJson(entry)))

/** Numbers and chains the entries as the sequencer does; also what a forger would do. */
export function chain(entries: readonly JsonObject[]): Row[] {
  let prevHash = CHAIN_START
  return entries.map((entry, index) => {
    const leafHash = leafOf(entry)
    const row = { seq: index + 1, entry, leafHash, prevHash, hash: nextLink(prevHash, leafHash) }
    prevHash = row.hash
    return row
  })
}

export const someEntries = (count: number): JsonObject[] =>
  Array.from({ length: count }, (_, index) => ({
    event: index % 3 === 0 ? 'incident.opened' : 'step.intended',
    incidentId: `INC-${index % 5}`,
    entryId: `id-${index}`,
    actor: { type: 'human', id: `person-${index % 4}`, name: 'Ana Ruíz \u202e\u{1F600}' },
    details: { number: index, ratio: index / 7, list: [1, null, true, 'x'] },
  }))

export function checkpointOf(rows: readonly Row[], size: number, keys: Keys, at = '2026-01-01T00:00:00.000Z'): string {
  const leaves = rows.slice(0, size).map((row) => row.leafHash)
  const root = rootOf(
    leaves.reduce<readonly string[]>((frontier, leaf, index) => appendLeaf(frontier, index, leaf), []),
  )
  const last = rows[size - 1]?.hash ?? CHAIN_START
  const unsigned = { origin: 'countersign/test', epoch: 1, size, root, chain: last, at }
  return printCheckpoint(signCheckpoint(unsigned, keys.privateKey)).trimEnd()
}

export const printRows = (rows: readonly object[]): string[] => rows.map((row) => printExportLine(row))

export function subsetOf(rows: readonly Row[], size: number, seqs: readonly number[]): object[] {
  const levels = buildLevels(rows.slice(0, size).map((row) => row.leafHash))
  return seqs.map((seq) => {
    const { entry, leafHash } = rows[seq - 1]!
    return { seq, entry, leafHash, proof: seq <= size ? { size, path: inclusionPath(levels, seq - 1) } : null }
  })
}
