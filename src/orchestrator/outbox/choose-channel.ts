import type { CardRouteRule } from '../dependencies.ts'
import type { IncidentView } from '../../domain/incident-view.ts'
import type { SurfaceName } from '../../domain/surface.ts'

/** The first route that matches owner and severity; the surface's default comes last and matches all. */
export function chooseChannel(
  routes: readonly CardRouteRule[],
  surface: SurfaceName,
  incident: Pick<IncidentView, 'owner' | 'severity'>,
): string | undefined {
  const fits = (route: CardRouteRule): boolean =>
    route.surface === surface &&
    (route.owner === null || route.owner === incident.owner) &&
    (route.severity === null || route.severity === incident.severity)
  return routes.find(fits)?.channel
}
