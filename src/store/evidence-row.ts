import type { evidence } from './schema.ts'
import type { Evidence } from '../domain/evidence.ts'

export function toEvidence(row: typeof evidence.$inferSelect): Evidence {
  return {
    id: row.id,
    incidentId: row.incidentId,
    kind: row.kind as Evidence['kind'],
    source: row.source,
    at: row.at,
    fact: row.fact,
    url: row.url,
    data: row.data,
  }
}
