import { sql } from './drizzle.ts'
import type { Evidence, NewEvidence } from '../domain/evidence.ts'
import type { EvidenceStore } from '../ports/evidence-store.ts'
import { evidence } from './schema.ts'
import { toEvidence } from './evidence-row.ts'
import { storableJson } from './storable-json.ts'
import { storableText } from '../kernel/clean-text.ts'
import type { Database } from './database.ts'

export function createEvidenceStore(db: Database): EvidenceStore {
  return {
    save: (pieces) => saveEvidence(db, pieces),
    list: (incidentId) => listEvidence(db, incidentId),
  }
}

/** One statement for all pieces. Of two pieces with one key the later counts: a statement may not touch a row twice. */
async function saveEvidence(db: Database, pieces: readonly NewEvidence[]): Promise<readonly Evidence[]> {
  const rows = [...new Map(pieces.map((piece) => [`${piece.incidentId} ${piece.key}`, piece])).values()]
  if (rows.length === 0) return []
  const saved = await db
    .insert(evidence)
    .values(
      rows.map((piece) => ({
        ...piece,
        key: storableText(piece.key),
        fact: storableText(piece.fact),
        source: storableText(piece.source),
        url: piece.url === null ? null : storableText(piece.url),
        data: storableJson(piece.data),
      })),
    )
    .onConflictDoUpdate({
      target: [evidence.incidentId, evidence.key],
      set: {
        kind: sql`excluded.kind`,
        source: sql`excluded.source`,
        at: sql`excluded.at`,
        fact: sql`excluded.fact`,
        url: sql`excluded.url`,
        data: sql`excluded.data`,
        collectedAt: sql`clock_timestamp()`,
      },
    })
    .returning()
  return saved.map(toEvidence)
}

interface EvidenceRow extends Record<string, unknown> {
  readonly id: string
  readonly incident_id: string
  readonly kind: Evidence['kind']
  readonly source: string
  readonly at: string
  readonly fact: string
  readonly url: string | null
  readonly data: Evidence['data']
}

/** Read for every card: written out, because building the query costs more than running it. */
async function listEvidence(db: Database, incidentId: string): Promise<readonly Evidence[]> {
  const { rows } = await db.execute<EvidenceRow>(sql`
    SELECT id, incident_id, kind, source, at, fact, url, data FROM evidence
     WHERE incident_id = ${incidentId} ORDER BY at, substring(id from 4)::bigint`)
  return rows.map(({ incident_id: incident, at, ...row }) => ({ ...row, incidentId: incident, at: new Date(at) }))
}
