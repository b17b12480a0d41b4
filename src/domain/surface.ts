export const SURFACES = ['slack', 'teams', 'console'] as const
export type SurfaceName = (typeof SURFACES)[number]
/** Where a request came from, for the record; wider than the chat surfaces. */
export type Origin = SurfaceName | 'cli' | 'webhook' | 'clock' | 'api'

/** As people call them, inside a sentence. */
export const SURFACE_WORDS: Readonly<Record<SurfaceName, string>> = {
  slack: 'Slack',
  teams: 'Teams',
  console: 'the console',
}
