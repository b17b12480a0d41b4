import type { Settings } from '../dependencies.ts'
import type { SurfaceName } from '../../domain/surface.ts'
import type { SurfaceState } from '../../ports/surface-state-store.ts'
import type { UnreachableSurfaceView } from '../../domain/incident-view.ts'

/**
 * What cannot be reached now, and where people can decide meanwhile: surfaces that this installation speaks on and that
 * have answered, and the console where people sign in to it as themselves. A surface that was taken out of the
 * configuration says nothing any more.
 */
export function unreachableSurfaces(
  states: readonly SurfaceState[],
  settings: Pick<Settings, 'routes' | 'decidesInConsole'>,
): readonly UnreachableSurfaceView[] {
  const own = states.filter(({ surface }) => settings.routes.some((route) => route.surface === surface))
  const decideIn: readonly SurfaceName[] = [
    ...own.filter((state) => state.isReachable).map((state) => state.surface),
    ...(settings.decidesInConsole ? (['console'] as const) : []),
  ]
  return own.filter((state) => !state.isReachable).map(({ surface, since }) => ({ surface, since, decideIn }))
}
