import type { ActionInput, ActionName, TargetState } from '../domain/action.ts'
import type { StepFacts } from '../domain/plan-preview.ts'

/** One step of a plan that is about to be decided on. */
export interface PreviewQuestion {
  readonly incidentId: string
  readonly input: ActionInput
  /** The target's state in the plan. */
  readonly before: TargetState | null
}

/**
 * Asks one system what a step would change. It only reads, and every call has a deadline of its own: what cannot be
 * read is said in `unread`. Throws where nothing at all can be said.
 */
export interface ActionPreviewer {
  readonly source: string
  readonly actions: readonly ActionName[]
  /** null when there is nothing to say of this step. */
  preview(question: PreviewQuestion, signal: AbortSignal): Promise<StepFacts | null>
}
