import {
  VendorBusyError,
  VendorRejectedError,
  VendorUnknownError,
  VendorUnreachableError,
} from '../../src/kernel/vendor-errors.ts'
import type {
  CardReference,
  ChatSurface,
  DeliveryLimits,
  PostedPicture,
  PostTry,
} from '../../src/ports/chat-surface.ts'
import type { ConfigurationChangeView } from '../../src/domain/configuration-view.ts'
import type { IncidentView } from '../../src/domain/incident-view.ts'
import type { Person } from '../../src/domain/person.ts'
import type { SurfaceName } from '../../src/domain/surface.ts'

export interface ShownCard {
  readonly cardId: string
  readonly reference: CardReference
  view: IncidentView
  /** Every state that it showed, in order. */
  readonly shown: IncidentView[]
}

export interface ShownChange {
  readonly reference: CardReference
  view: ConfigurationChangeView
}

export interface SaidPost {
  readonly where: string
  readonly text: string
  readonly keys: readonly string[]
}

/** `lost`: it is done, and the answer never comes. `no_access`: the token has expired. `refused`: this one only. */
export type SurfaceFault = 'lost' | 'unreachable' | 'busy' | 'no_access' | 'refused'
interface PictureShown {
  readonly where: string
  readonly message: string
  picture: PostedPicture
  readonly key: string | undefined
  /** What it showed, one after the other. */
  readonly shown: PostedPicture[]
}

export type SurfaceMethod =
  | 'postCard'
  | 'updateCard'
  | 'findCard'
  | 'postInThread'
  | 'postNotice'
  | 'tellPerson'
  | 'postPicture'
  | 'updatePicture'
  | 'postConfiguration'
  | 'updateConfiguration'

const GENEROUS: DeliveryLimits = {
  ...{ postsPerSecond: 1_000, postBurst: 1_000, updatesPerMinute: 60_000, updateBurst: 1_000, cardIntervalMs: 0 },
}

/** A chat platform in memory, which can be down, lose answers and ask to wait; counts every effect. */
export class ScriptedSurface implements ChatSurface {
  readonly name: SurfaceName
  readonly limits: DeliveryLimits
  readonly cards: ShownCard[] = []
  readonly changes: ShownChange[] = []
  readonly posts: SaidPost[] = []
  readonly pictures: PictureShown[] = []
  readonly calls: SurfaceMethod[] = []
  isDown = false
  busyMs = 5
  /** Some platforms do not let a bot read what it said. */
  canLookForPosts = true
  canFindCards = true
  readonly #faults = new Map<SurfaceMethod, SurfaceFault[]>()

  constructor(name: SurfaceName, limits: Partial<DeliveryLimits> = {}) {
    this.name = name
    this.limits = { ...GENEROUS, ...limits }
  }

  failNext(method: SurfaceMethod, ...faults: readonly SurfaceFault[]): void {
    this.#faults.set(method, [...(this.#faults.get(method) ?? []), ...faults])
  }

  /** Whatever was wrong is over. */
  mend(): void {
    this.isDown = false
    this.#faults.clear()
  }

  cardsOf(incidentId: string): readonly ShownCard[] {
    return this.cards.filter((card) => card.view.id === incidentId)
  }

  postCard(channel: string, view: IncidentView, cardId: string): Promise<CardReference> {
    return this.#call('postCard', () => {
      const reference = { channel, message: `m${String(this.cards.length + 1)}` }
      this.cards.push({ cardId, reference, view, shown: [view] })
      return reference
    })
  }

  updateCard(card: CardReference, view: IncidentView): Promise<void> {
    return this.#call('updateCard', () => {
      const shown = this.cards.find(({ reference }) => reference.message === card.message)
      if (shown === undefined) throw new Error(`No message ${card.message} was ever posted.`)
      shown.view = view
      shown.shown.push(view)
    })
  }

  findCard(channel: string, cardId: string): Promise<CardReference | null> {
    return this.#call('findCard', () => {
      const found = this.cards.find((card) => card.cardId === cardId && card.reference.channel === channel)
      return this.canFindCards ? (found?.reference ?? null) : null
    })
  }

  postConfiguration(channel: string, view: ConfigurationChangeView, { since }: PostTry): Promise<CardReference> {
    return this.#call('postConfiguration', () => {
      const known = this.changes.find((change) => change.view.id === view.id)
      if (since !== null && this.canLookForPosts && known !== undefined) return known.reference
      const reference = { channel, message: `c${String(this.changes.length + 1)}` }
      this.changes.push({ reference, view })
      return reference
    })
  }

  updateConfiguration(card: CardReference, view: ConfigurationChangeView): Promise<void> {
    return this.#call('updateConfiguration', () => {
      const shown = this.changes.find(({ reference }) => reference.message === card.message)
      if (shown === undefined) throw new VendorRejectedError(this.name, 404, 'message_not_found', 'it was deleted')
      shown.view = view
    })
  }

  postPicture(
    card: CardReference,
    picture: PostedPicture,
    _signal: AbortSignal,
    attempt?: PostTry,
  ): Promise<string | null> {
    return this.#call('postPicture', () => {
      const { keys: [key] = [], since = null } = attempt ?? {}
      const there = this.pictures.find((one) => one.key === key)
      if (since !== null && this.canLookForPosts && there !== undefined) return there.message
      const message = `p${String(this.pictures.length + 1)}`
      this.pictures.push({ where: card.message, message, picture, key, shown: [picture] })
      return message
    })
  }

  updatePicture(_card: CardReference, message: string, picture: PostedPicture): Promise<void> {
    return this.#call('updatePicture', () => {
      const there = this.pictures.find((one) => one.message === message)
      if (there === undefined) throw new VendorRejectedError(this.name, 404, 'message_not_found', 'it was deleted')
      there.picture = picture
      there.shown.push(picture)
    })
  }

  postInThread(card: CardReference, text: string, _signal: AbortSignal, attempt?: PostTry): Promise<void> {
    return this.#call('postInThread', () => this.#say(card.message, text, attempt))
  }

  postNotice(channel: string, text: string, _signal: AbortSignal, attempt?: PostTry): Promise<void> {
    return this.#call('postNotice', () => this.#say(channel, text, attempt))
  }

  tellPerson(person: Person, text: string, _signal: AbortSignal, attempt?: PostTry): Promise<void> {
    return this.#call('tellPerson', () => this.#say(person.id, text, attempt))
  }

  #say(where: string, text: string, attempt: PostTry | undefined): void {
    const { keys = [], since = null } = attempt ?? {}
    const [key] = keys
    const isThere = key !== undefined && this.posts.some((post) => post.keys.includes(key))
    if (since !== null && this.canLookForPosts && isThere) return
    this.posts.push({ where, text, keys })
  }

  async #call<Answer>(method: SurfaceMethod, effect: () => Answer): Promise<Answer> {
    this.calls.push(method)
    const fault = this.isDown ? 'unreachable' : this.#faults.get(method)?.shift()
    if (fault === 'unreachable') throw new VendorUnreachableError(this.name, 'connection refused')
    if (fault === 'busy') throw new VendorBusyError(this.name, this.busyMs)
    if (fault === 'no_access') throw new VendorRejectedError(this.name, 401, 'token_expired', 'Set another token.')
    if (fault === 'refused') throw new VendorRejectedError(this.name, 400, 'msg_too_long', 'It is too long.')
    const answer = effect()
    if (fault === 'lost') throw new VendorUnknownError(this.name, 'the answer was lost')
    return answer
  }
}
