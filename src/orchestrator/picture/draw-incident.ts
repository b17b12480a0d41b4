import { describePicture } from '../../summaries/picture/describe-picture.ts'
import { drawPicture } from '../../summaries/picture/draw-picture.ts'
import { loadIncidentView } from '../load-incident-view.ts'
import { pictureOf } from '../../summaries/picture/incident-picture.ts'
import { redactText } from '../../audit/redact.ts'
import type { Deps } from '../dependencies.ts'
import type { Evidence } from '../../domain/evidence.ts'
import type { IncidentView } from '../../domain/incident-view.ts'

export interface DrawnPicture {
  readonly incidentId: string
  readonly title: string
  readonly svg: string
  /** The same in words. */
  readonly words: string
}

/** The incident's picture as it is now; null while nothing was measured. */
export async function drawIncident(deps: Deps, incidentId: string): Promise<DrawnPicture | null> {
  const [view, evidence] = await Promise.all([
    loadIncidentView(deps, incidentId),
    deps.stores.evidence.list(incidentId),
  ])
  return view === undefined ? null : drawFrom(view, evidence)
}

/** The same for who has read both already. */
export function drawFrom(view: IncidentView, evidence: readonly Evidence[]): DrawnPicture | null {
  // What an alert says was never asked whether it may be drawn.
  const picture = pictureOf({ ...view, symptom: redactText(view.symptom).value }, evidence)
  if (picture === null) return null
  return { incidentId: view.id, title: picture.title, svg: drawPicture(picture), words: describePicture(picture) }
}
