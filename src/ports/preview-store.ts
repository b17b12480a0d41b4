import type { PlanPreview } from '../domain/plan-preview.ts'

export interface StoredPreview {
  readonly preview: PlanPreview
  /** How often it was gathered. */
  readonly tries: number
  readonly gatheredAt: Date
}

/** What was found out about a proposal's plan; beside the proposal, never part of what is approved. */
export interface PreviewStore {
  find(proposalId: string): Promise<StoredPreview | undefined>
  /** False when another try has been saved meanwhile: `tries` is how often it had been gathered before. */
  save(proposalId: string, preview: PlanPreview, tries: number): Promise<boolean>
}
