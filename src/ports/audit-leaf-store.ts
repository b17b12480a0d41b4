import type { SealedLeaf } from '../domain/audit-entry.ts'

/** INSERT only. Called inside the transaction that changes the state the leaf tells of, or as the intent before an effect. */
export interface AuditLeafStore {
  append(leaves: readonly SealedLeaf[]): Promise<void>
}
