import type { Service } from '../domain/service-catalog.ts'

export interface DeployHistoryEntry {
  /** The id a rollback takes. */
  readonly id: string
  readonly revision: string
  readonly deployedAt: Date
  readonly deployStartedAt: Date | null
  readonly initiatedBy: string | null
}

export interface DeployState {
  readonly app: string
  readonly health: string
  readonly sync: string
  readonly revision: string | null
  readonly autoSync: boolean
  readonly operationPhase: string | null
  /** Newest first. */
  readonly history: readonly DeployHistoryEntry[]
  readonly url: string | null
}

/** The live state of what runs a service (Argo CD). */
export interface DeployStateReader {
  read(service: Service, signal: AbortSignal): Promise<DeployState | null>
}
