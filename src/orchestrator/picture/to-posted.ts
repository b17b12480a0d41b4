import type { Deps } from '../dependencies.ts'
import type { DrawnPicture } from './draw-incident.ts'
import type { PostedPicture } from '../../ports/chat-surface.ts'

/** A picture that cannot be made is told in words: it keeps nothing else from being sent. */
export async function toPosted(deps: Deps, drawn: DrawnPicture): Promise<PostedPicture> {
  const told = { name: drawn.incidentId, title: drawn.title, words: drawn.words, chart: drawn.chart ?? null }
  try {
    return { ...told, png: await deps.pictures.toPng(drawn.svg) }
  } catch (error) {
    deps.log.warn({ incidentId: drawn.incidentId, error }, 'a picture could not be made')
    return { ...told, png: null }
  }
}
