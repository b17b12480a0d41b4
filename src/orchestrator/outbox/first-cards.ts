import type { IncidentView } from '../../domain/incident-view.ts'
import type { SurfaceName } from '../../domain/surface.ts'

/** Where the first card of a new incident goes. */
export interface FirstPlace {
  readonly incidentId: string
  readonly surface: SurfaceName
  readonly channel: string
}

/** The deliverer of one surface in this process, as the intent that opens an incident sees it. */
export interface Courier {
  readonly surface: SurfaceName
  /** True when it posts there as soon as it is told to: it holds the lease, and the channel's budget has room, now taken. */
  reserve(place: FirstPlace): boolean
  /** The transaction stands. Whatever goes wrong now, the message in the outbox is still there. */
  post(place: FirstPlace, view: IncidentView): void
  /** The transaction does not stand. */
  release(place: FirstPlace): void
}

/**
 * The short way of a new incident's first card. The outbox stays the truth: its message is appended in any case, and
 * sent in its own time where there is no courier. Where there is one, the card is posted from what the transaction
 * itself wrote, without reading it back. State machine of a place:
 *
 *   reserved (in the transaction, which writes the attempt as well) → posted (after commit) | released (rolled back)
 */
export interface FirstCards {
  add(courier: Courier): () => void
  isEmpty(): boolean
  /** `channelOf` says where a surface shows it, as the routes have it. */
  reserve(incidentId: string, channelOf: (surface: SurfaceName) => string | undefined): readonly FirstPlace[]
  post(place: FirstPlace, view: IncidentView): void
  release(places: readonly FirstPlace[]): void
}

export function createFirstCards(): FirstCards {
  const couriers = new Map<SurfaceName, Courier>()
  return {
    add: (courier) => {
      couriers.set(courier.surface, courier)
      return () => {
        couriers.delete(courier.surface)
      }
    },
    isEmpty: () => couriers.size === 0,
    reserve: (incidentId, channelOf) =>
      [...couriers.values()].flatMap((courier) => {
        const channel = channelOf(courier.surface)
        if (channel === undefined) return []
        const place: FirstPlace = { incidentId, surface: courier.surface, channel }
        return courier.reserve(place) ? [place] : []
      }),
    post: (place, view) => couriers.get(place.surface)?.post(place, view),
    release: (places) => {
      for (const place of places) couriers.get(place.surface)?.release(place)
    },
  }
}
