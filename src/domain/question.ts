import type { Origin } from './surface.ts'

/**
 * What people ask about an approval that waits, and what is answered: kept with the proposal, and counted for nothing.
 * It may be added to only while the approval waits, so that what stands there is what people could read when they
 * decided. Questions are numbered by proposal; an answer carries the number of its question, which may have several.
 */
export interface ProposalQuestion {
  readonly proposalId: string
  /** The nested approval that it is about; null for the plan itself. */
  readonly step: { readonly runId: string; readonly stepId: string } | null
  readonly kind: 'question' | 'answer'
  readonly number: number
  readonly personId: string
  readonly personName: string
  readonly text: string
  readonly surface: Origin
  readonly at: Date
}
