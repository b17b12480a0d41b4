import { listGaps } from '../../summaries/list-gaps.ts'
import type { Evidence } from '../../domain/evidence.ts'
import type { Gap } from '../../summaries/list-gaps.ts'
import type { IncidentView, SummarySentence } from '../../domain/incident-view.ts'
import type { ReplyRow } from './conversation.ts'

/** A sentence beside the evidence it cites. */
export function sentenceRow({ text, evidence }: SummarySentence): ReplyRow {
  return { label: evidence.join(' ') || '·', text }
}

/** What no text may paper over: what is not known, and what does not go together. */
export function gapRows(
  view: IncidentView,
  evidence: readonly Evidence[],
  shows: (gap: Gap) => boolean = () => true,
): readonly ReplyRow[] {
  return listGaps(view, evidence)
    .filter(shows)
    .map(({ kind, text }) => ({ label: kind === 'gap' ? 'Not known' : 'Contradiction', text }))
}
