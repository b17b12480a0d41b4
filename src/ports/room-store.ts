import type { SurfaceName } from '../domain/surface.ts'

export const ROOM_STATES = ['wanted', 'open', 'failed'] as const
export type RoomState = (typeof ROOM_STATES)[number]

/** The channel of one incident on one surface. */
export interface IncidentRoom {
  readonly incidentId: string
  readonly surface: SurfaceName
  readonly state: RoomState
  readonly name: string
  /** null until it was made. */
  readonly channel: string | null
  /** What is set up already, so that each is done once. */
  readonly done: readonly string[]
  /** What could not be done, for people. */
  readonly detail: string | null
}

export interface RoomStore {
  /** True when it was not wanted before. */
  want(incidentId: string, surface: SurfaceName, name: string): Promise<boolean>
  find(incidentId: string, surface: SurfaceName): Promise<IncidentRoom | undefined>
  save(
    room: Pick<IncidentRoom, 'incidentId' | 'surface'>,
    change: Partial<Pick<IncidentRoom, 'state' | 'name' | 'channel' | 'detail'>>,
  ): Promise<void>
  /** Takes the place of an earlier entry of the same kind: the word before the first space. */
  markDone(room: Pick<IncidentRoom, 'incidentId' | 'surface'>, step: string): Promise<void>
  /** Which incident a verb in this channel means. */
  findIncident(surface: SurfaceName, channel: string): Promise<string | undefined>
}
