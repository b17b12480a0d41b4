import { needsWords } from '../shared/card/press-words.ts'
import { refusedBecause } from '../shared/refused-because.ts'
import { renderWaiting } from './render/waiting-form.ts'
import { VendorRejectedError } from '../../kernel/vendor-errors.ts'
import { z } from 'zod'
import type { HomeQuery } from './homes/slack-homes.ts'
import type { Logger } from '../../kernel/logger.ts'
import type { Reply } from '../../orchestrator/index.ts'
import type { RoutedApi } from './homes/routed-api.ts'
import type { SlackRequest } from './incoming/slack-request.ts'
import type { types } from '@slack/bolt'

/** Slack gives a trigger three seconds, of which the way to us and back take some. */
const WAIT_MS = 1_000
const CALL_MS = 3_000
/** Whatever came of its request, nobody asks for it any more. */
const KEPT_MS = 60_000
const Opened = z.object({ ok: z.literal(true), view: z.object({ id: z.string().min(1).max(64) }) })
const Done = z.object({ ok: z.literal(true) })

/** What the trigger of one request opens. */
export interface TriggeredForm {
  /** Null when the form is there; else what to say. */
  open(view: types.ModalView, typed: string): Promise<Reply | null>
  /** No form comes: where one says that something is looked up, it says this instead. */
  end(reply: Reply | null): Promise<void>
}

/**
 * As soon as a request is read, before anything is asked of anybody: where it is not known in time what its form says, one
 * that says so opens, and is filled in later. What it gives back ends that, for a request that is not carried out.
 */
export type ExpectForm = (request: SlackRequest, query: HomeQuery) => () => void

export interface TriggeredForms {
  readonly expect: ExpectForm
  /** For who carries the request out. */
  of(request: SlackRequest): TriggeredForm
  close(): void
}

export interface TriggeredFormsParts {
  readonly api: RoutedApi
  /** Whether words may be answered by a form, told from the words alone. */
  readonly mayOfferForm: (words: string) => boolean
  readonly log: Logger
  /** How long what the form says may take; null waits for it however long that is. */
  readonly waitMs?: number | null | undefined
}

export function createTriggeredForms(parts: TriggeredFormsParts): TriggeredForms {
  const expected = new Map<string, Expected>()
  return {
    expect: (request, query) => {
      const trigger = triggerOf(request, parts.mayOfferForm)
      if (trigger === null) return () => undefined
      const channel = 'place' in request ? request.place.channel : null
      const form =
        expected.get(trigger) ?? new Expected(parts, trigger, (work) => parts.api.within(query, channel, work))
      form.copies += 1
      expected.set(trigger, form)
      setTimeout(() => expected.delete(trigger), KEPT_MS).unref()
      return () => {
        // Of several copies of a request one is carried out, and which one it is the database says.
        form.copies -= 1
        if (form.copies > 0) return
        expected.delete(trigger)
        void form.end(NOT_LOOKED_UP)
      }
    },
    of: (request) => {
      const trigger = 'triggerId' in request ? request.triggerId : null
      const known = trigger === null ? undefined : expected.get(trigger)
      return known ?? new Expected({ ...parts, waitMs: null }, trigger ?? '', (work) => work())
    },
    close: () => {
      for (const form of expected.values()) form.stop()
      expected.clear()
    },
  }
}

const NOT_LOOKED_UP = refusedBecause(
  'no_form',
  'It could not be looked up, so nothing counts yet. Try again in a moment.',
)

/** Null where no form can come of it. */
function triggerOf(request: SlackRequest, mayOfferForm: (words: string) => boolean): string | null {
  if (!('triggerId' in request)) return null
  return mayOpenForm(request, mayOfferForm) ? request.triggerId : null
}

function mayOpenForm(request: SlackRequest, mayOfferForm: (words: string) => boolean): boolean {
  if (request.kind === 'button') return request.button !== null && needsWords(request.button.verb)
  return request.kind !== 'utterance' || mayOfferForm(request.utterance.text)
}

type Within = <Result>(work: () => Promise<Result>) => Promise<Result>

/** expected → waiting (a form says so, in a view of its own) → open | ended; or straight to open. */
class Expected implements TriggeredForm {
  readonly #parts: TriggeredFormsParts
  readonly #trigger: string
  readonly #within: Within
  readonly #timer: NodeJS.Timeout | null
  /** The id of the view that says to wait; or why it could not be opened. */
  #waiting: Promise<string | Reply> | null = null
  /** Of its request, that may yet be carried out. */
  copies = 0
  /** What stands there is the form, or why there is none. */
  #isOver = false

  constructor(parts: TriggeredFormsParts, trigger: string, within: Within) {
    this.#parts = parts
    this.#trigger = trigger
    this.#within = within
    const waitMs = parts.waitMs === undefined ? WAIT_MS : parts.waitMs
    this.#timer = waitMs === null ? null : setTimeout(() => this.#wait(), waitMs).unref()
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
  }

  async open(view: types.ModalView, typed: string): Promise<Reply | null> {
    this.stop()
    this.#isOver = true
    if (this.#waiting === null) {
      const opened = await this.#open(view, typed)
      return typeof opened === 'string' ? null : opened
    }
    const waiting = await this.#waiting
    return typeof waiting === 'string' ? this.#fill(waiting, view, typed) : notOpened(typed, null)
  }

  async end(reply: Reply | null): Promise<void> {
    this.stop()
    if (this.#isOver) return
    this.#isOver = true
    const waiting = await this.#waiting
    if (typeof waiting !== 'string') return
    await this.#fill(waiting, renderWaiting(reply?.text ?? 'It is done; nothing has to be filled in.'), '')
  }

  #wait(): void {
    const view = renderWaiting('Countersign looks this up, and the form comes here by itself.')
    this.#waiting = this.#within(() => this.#open(view, ''))
  }

  async #open(view: types.ModalView, typed: string): Promise<string | Reply> {
    const args = { trigger_id: this.#trigger, view }
    try {
      return (await this.#parts.api.call('views.open', args, Opened, AbortSignal.timeout(CALL_MS))).view.id
    } catch (error) {
      this.#parts.log.warn({ err: error, form: view.callback_id }, 'slack form could not be opened')
      return notOpened(typed, error)
    }
  }

  /** For this no trigger is needed; whoever has closed it meanwhile is told. */
  async #fill(viewId: string, view: types.ModalView, typed: string): Promise<Reply | null> {
    try {
      await this.#parts.api.call('views.update', { view_id: viewId, view }, Done, AbortSignal.timeout(CALL_MS))
      return null
    } catch (error) {
      this.#parts.log.warn({ err: error, form: view.callback_id }, 'slack form could not be filled in')
      return notOpened(typed, error)
    }
  }
}

const WHY: Readonly<Record<string, string>> = {
  expired_trigger_id: 'Slack gives a form three seconds, and they were over',
  not_found: 'The form was closed before it could be filled in',
}

function notOpened(typed: string, error: unknown): Reply {
  const code = error instanceof VendorRejectedError ? error.vendorCode : ''
  const why = WHY[code] ?? 'The form could not be opened'
  return refusedBecause('no_form', `${why}, so nothing counts yet. Press again, or type "${typed}".`)
}
