import type { Evidence, NewEvidence } from '../domain/evidence.ts'

export interface EvidenceStore {
  /** The same incident and key again replaces fact and data and keeps the id. */
  save(pieces: readonly NewEvidence[]): Promise<readonly Evidence[]>
  list(incidentId: string): Promise<readonly Evidence[]>
}
