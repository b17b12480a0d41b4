import type { SummarySentence } from '../domain/incident-view.ts'

/** A part of a longer text, as the record alone writes it. */
export interface TextSection {
  readonly title: string
  readonly sentences: readonly SummarySentence[]
}
