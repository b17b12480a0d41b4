import { describePicture } from '../../summaries/picture/describe-picture.ts'
import { drawPicture } from '../../summaries/picture/draw-picture.ts'
import { loadIncidentView } from '../load-incident-view.ts'
import { pictureOf } from '../../summaries/picture/incident-picture.ts'
import { redactText } from '../../audit/redact.ts'
import type { Deps } from '../dependencies.ts'

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
  // What an alert says was never asked whether it may be drawn.
  const picture = view === undefined ? null : pictureOf({ ...view, symptom: redactText(view.symptom).value }, evidence)
  if (picture === null) return null
  return { incidentId, title: picture.title, svg: drawPicture(picture), words: describePicture(picture) }
}
