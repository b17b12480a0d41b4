import type { Logger } from '../../../kernel/logger.ts'
import type { TeamsApi } from './teams-api.ts'
import type { TeamsPlaces } from './teams-places.ts'

/** What everything that is sent to Teams goes by. */
export interface TeamsRoad {
  readonly api: TeamsApi
  readonly places: TeamsPlaces
  readonly tenantId: string | null
  readonly log: Logger
}
