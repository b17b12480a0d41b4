import type { SurfaceName } from '../domain/surface.ts'

/** Where a chat message stands; together they name it. */
export interface MessagePlace {
  readonly surface: SurfaceName
  readonly channel: string
  readonly message: string
}

/** A chat message on an incident's timeline. What it said first is kept whatever becomes of it. */
export interface CapturedMessage extends MessagePlace {
  readonly incidentId: string
  /** `tenant/user` of who wrote it. */
  readonly author: string
  /** Person who put it there. */
  readonly capturedBy: string
  /** Empty while it could not be read. */
  readonly original: string
  readonly edited: string | null
  readonly capturedAt: Date
  readonly deletedAt: Date | null
}

export type NewCapturedMessage = Omit<CapturedMessage, 'edited' | 'capturedAt' | 'deletedAt'>

export interface CapturedMessageStore {
  /** Undefined when it was captured before: one message is captured once, for one incident. */
  insert(message: NewCapturedMessage): Promise<CapturedMessage | undefined>
  find(place: MessagePlace): Promise<CapturedMessage | undefined>
  /** What it said, of one that could not be read when it was captured; undefined when that is known already. */
  fill(place: MessagePlace, author: string, original: string): Promise<CapturedMessage | undefined>
  /** Undefined when it is not captured, gone, or says that already: surfaces tell of one edit more than once. */
  edit(place: MessagePlace, text: string): Promise<CapturedMessage | undefined>
  /** Undefined when it is not captured, or gone already. */
  remove(place: MessagePlace): Promise<CapturedMessage | undefined>
}
