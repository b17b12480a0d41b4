import type { AuditEntry } from '../domain/audit-entry.ts'
import type { JsonObject } from '../kernel/json.ts'

/**
 * Whether the columns beside the bytes, by which the service finds and shows entries, say something else than the bytes.
 * Nothing is proven by them, and no export holds them; but nobody changes them by mistake.
 */
export function differsBeside({ bytes, leafHash, columns }: AuditEntry): boolean {
  if (bytes === null || columns === null) return false
  const { entryId, event, incidentId } = parse(bytes)
  return (
    columns.leafHash !== leafHash ||
    columns.entryId !== entryId ||
    columns.event !== event ||
    columns.incidentId !== (incidentId ?? null)
  )
}

function parse(bytes: Uint8Array): JsonObject {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as JsonObject
  } catch {
    // The verifier names what is no JSON; no column says the same.
    return {}
  }
}
