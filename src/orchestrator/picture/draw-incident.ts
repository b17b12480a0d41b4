import { chartOf } from '../../summaries/picture/chart-of.ts'
import { describePicture } from '../../summaries/picture/describe-picture.ts'
import { drawPicture } from '../../summaries/picture/draw-picture.ts'
import { loadIncidentView } from '../load-incident-view.ts'
import { MOST_MARKS, pictureOf } from '../../summaries/picture/incident-picture.ts'
import { redactText } from '../../audit/redact.ts'
import { sha256Hex } from '../../kernel/sha256.ts'
import type { Deps } from '../dependencies.ts'
import type { PictureChart } from '../../domain/picture-chart.ts'
import type { Evidence } from '../../domain/evidence.ts'
import type { IncidentView } from '../../domain/incident-view.ts'

export interface DrawnPicture {
  readonly incidentId: string
  readonly title: string
  readonly svg: string
  /** The same in words. */
  readonly words: string
  readonly chart?: PictureChart | null
  /** Other for another story; the same while only the series goes on. */
  readonly shownHash: string
  readonly isQuiet: boolean
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
  return {
    ...{ incidentId: view.id, title: picture.title, svg: drawPicture(picture), words: describePicture(picture) },
    ...{ shownHash: hashOf(view), isQuiet: isQuiet(view), chart: chartOf(view.id, picture) },
  }
}

function isQuiet({ alerts }: IncidentView): boolean {
  return alerts.total > 0 && alerts.firing === 0
}

/** Of the marks and of what stands above them; a suspect that is a little more likely is no other picture. */
function hashOf(view: IncidentView): string {
  const { severity, service, onsetAt, suspects } = view
  const marked = suspects.slice(0, MOST_MARKS).map(({ changeId }) => changeId)
  return sha256Hex(JSON.stringify([severity, service, onsetAt.toISOString(), marked, isQuiet(view)]))
}
