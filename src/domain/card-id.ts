import type { SurfaceName } from './surface.ts'

/** Of one copy of an incident's card. It travels in the message's metadata, so that a post whose answer was lost is found. */
export function cardIdOf(incidentId: string, surface: SurfaceName, channel: string): string {
  return `${incidentId}/${surface}/${channel}`
}
