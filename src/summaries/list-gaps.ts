import { contradictions } from './contradictions.ts'
import { nameSome } from './wording.ts'
import type { Evidence } from '../domain/evidence.ts'
import type { IncidentView } from '../domain/incident-view.ts'

export interface Gap {
  /** `gap`: not known. `contradiction`: two things on record that do not go together. */
  readonly kind: 'gap' | 'contradiction'
  readonly text: string
}

/** What is not known, and what does not go together, by the record alone: no text may paper over either. */
export function listGaps(view: IncidentView, evidence: readonly Evidence[]): readonly Gap[] {
  return [
    ...unknownThings(view, evidence),
    ...contradictions(view, evidence).map((text) => ({ kind: 'contradiction' as const, text })),
  ]
}

function unknownThings(view: IncidentView, evidence: readonly Evidence[]): readonly Gap[] {
  const texts = [
    view.isCollecting ? 'The sources are still being read.' : null,
    view.unreachable.length === 0 ? null : `${nameSome(view.unreachable, 4)} could not be asked.`,
    view.service === null ? 'No service is named.' : null,
    view.suspects.length === 0 && !view.isCollecting
      ? `The cause is unknown: ${view.unknownCause ?? 'no change is known.'}`
      : null,
    evidence.some((piece) => piece.kind === 'metric')
      ? null
      : 'No metric is on record, so how bad it is rests on the alerts.',
    view.commander === null && view.state !== 'resolved' ? 'Nobody has taken command.' : null,
    view.run?.steps.some((step) => step.state === 'unknown') === true
      ? `What became of a step of ${view.run.id} is unknown.`
      : null,
  ]
  return texts.flatMap((text) => (text === null ? [] : [{ kind: 'gap' as const, text }]))
}
