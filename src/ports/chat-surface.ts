import type { PictureChart } from '../domain/picture-chart.ts'
import type { ConfigurationChangeView } from '../domain/configuration-view.ts'
import type { IncidentView } from '../domain/incident-view.ts'
import type { Person } from '../domain/person.ts'
import type { SurfaceName } from '../domain/surface.ts'

export interface CardReference {
  readonly channel: string
  /** Slack ts, Teams activity id. */
  readonly message: string
}

/** How fast a surface may be spoken to; the deliverer keeps these budgets so that no message is refused or lost. */
export interface DeliveryLimits {
  /** New messages a second in one channel, and how many may come at once. */
  readonly postsPerSecond: number
  readonly postBurst: number
  /** Updates of existing messages a minute, all channels together, and how many may come at once. */
  readonly updatesPerMinute: number
  readonly updateBurst: number
  /** The least time between two updates of one card. */
  readonly cardIntervalMs: number
  /** Posts and updates in one thread, where the platform counts both together; several windows hold at once. */
  readonly threadWindows?: readonly SendWindow[]
}

/** At most so many messages in so much time. */
export interface SendWindow {
  readonly most: number
  readonly perMs: number
}

/** What makes a post one that can be found again, and where it leads. */
export interface PostTry {
  /** One for each thing that the post says; attached to the message where the platform allows it. */
  readonly keys: readonly string[]
  /** Not null: the first key was sent after this time and never answered. Where that can be, it is looked for first. */
  readonly since: Date | null
  /** The card on this surface that a message to one person is about: it can be opened from there. */
  readonly about?: CardReference
}

export interface PostedPicture {
  /** Of a file, without an ending. */
  readonly name: string
  readonly title: string
  /** null when it could not be made: then its words are posted. */
  readonly png: Uint8Array | null
  /** What it shows, for who cannot see it. */
  readonly words: string
  /** For a platform that draws by itself, where it takes no file. */
  readonly chart?: PictureChart | null
}

/**
 * A place where we speak. Throws `VendorBusyError` with the time to wait, `VendorRejectedError` for what will never
 * work, `VendorUnknownError` when a post may have arrived: then `findCard` is asked before the next try, and a post in
 * a thread or to a person comes again with the time since when to look for it.
 */
export interface ChatSurface {
  readonly name: SurfaceName
  readonly limits: DeliveryLimits
  postCard(channel: string, view: IncidentView, cardId: string, signal: AbortSignal): Promise<CardReference>
  updateCard(card: CardReference, view: IncidentView, cardId: string, signal: AbortSignal): Promise<void>
  findCard(channel: string, cardId: string, since: Date, signal: AbortSignal): Promise<CardReference | null>
  /** The message of a change of policies and playbooks. */
  postConfiguration(
    channel: string,
    view: ConfigurationChangeView,
    attempt: PostTry,
    signal: AbortSignal,
  ): Promise<CardReference>
  updateConfiguration(card: CardReference, view: ConfigurationChangeView, signal: AbortSignal): Promise<void>
  /** Below the card; where the platform does not take the picture, its words. The message; null when it is not told. */
  postPicture(
    card: CardReference,
    picture: PostedPicture,
    signal: AbortSignal,
    attempt?: PostTry,
  ): Promise<string | null>
  /** In the place of the one that this message below the card shows. */
  updatePicture(card: CardReference, message: string, picture: PostedPicture, signal: AbortSignal): Promise<void>
  postInThread(card: CardReference, text: string, signal: AbortSignal, attempt?: PostTry): Promise<void>
  /** A message of its own in a channel. */
  postNotice(channel: string, text: string, signal: AbortSignal, attempt?: PostTry): Promise<void>
  tellPerson(person: Person, text: string, signal: AbortSignal, attempt?: PostTry): Promise<void>
}
