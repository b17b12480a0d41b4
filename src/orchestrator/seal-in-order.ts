import type { AuditRecord, SealedLeaf } from '../domain/audit-entry.ts'
import type { Deps } from './dependencies.ts'

/** Entries of one thing that happened: each names the first as the one that led to it. */
export function sealInOrder(deps: Pick<Deps, 'seal'>, records: readonly AuditRecord[]): readonly SealedLeaf[] {
  const [first, ...others] = records
  if (first === undefined) return []
  const parent = deps.seal(first)
  return [parent, ...others.map((record) => deps.seal({ parentEntryId: parent.entryId, ...record }))]
}
