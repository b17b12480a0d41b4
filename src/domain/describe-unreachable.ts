import { SURFACE_WORDS } from './surface.ts'
import type { UnreachableSurfaceView } from './incident-view.ts'

/**
 * `Slack has not been reachable since ` … `; decide in Teams or the console.`: the words around the time, which each
 * surface shows in its own way.
 */
export function describeUnreachable(unreachable: UnreachableSurfaceView): {
  readonly before: string
  readonly after: string
} {
  const places = unreachable.decideIn.map((surface) => SURFACE_WORDS[surface])
  return {
    before: `${SURFACE_WORDS[unreachable.surface]} has not been reachable since `,
    after: places.length === 0 ? '; decisions wait until it is back.' : `; decide in ${places.join(' or ')}.`,
  }
}
