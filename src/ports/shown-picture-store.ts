import type { SurfaceName } from '../domain/surface.ts'

/** The message that shows an incident's picture on one surface. */
export interface ShownPicture {
  /** Slack ts, Teams activity id. */
  readonly message: string
  /** Of what it marks. */
  readonly shownHash: string
  /** How often it was sent, the first time included. */
  readonly times: number
  /** Milliseconds since the last time, by the database's clock. */
  readonly ageMs: number
}

export interface ShownPictureStore {
  find(incidentId: string, surface: SurfaceName): Promise<ShownPicture | undefined>
  /** Counts one time more; another message takes the place of the one before. */
  markShown(incidentId: string, surface: SurfaceName, shown: Pick<ShownPicture, 'message' | 'shownHash'>): Promise<void>
}
