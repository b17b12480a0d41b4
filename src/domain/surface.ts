export const SURFACES = ['slack', 'teams', 'console'] as const
export type SurfaceName = (typeof SURFACES)[number]
/** Where a request came from, for the record; wider than the chat surfaces. */
export type Origin = SurfaceName | 'cli' | 'webhook' | 'clock' | 'api'
