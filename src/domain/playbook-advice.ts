import type { SummarySentence } from './incident-view.ts'

/**
 * In which order a model would try the playbooks that may be proposed anyway. Kept with the facts it was given for:
 * while these are the same nobody is asked again, so that a model that changes its mind moves no proposal that people
 * are deciding on.
 */
export interface PlaybookAdvice {
  /** Of what the model was asked to choose among. */
  readonly choiceHash: string
  /** Names of all of them, the best first; null: its answer could not be used, and the order stands as it was. */
  readonly order: readonly string[] | null
  /** Checked against the evidence it cites; null with `order`. */
  readonly reason: SummarySentence | null
  /** As the endpoint names itself. */
  readonly model: string
}
