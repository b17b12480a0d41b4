import { checkModal } from './block-limits.ts'

/** Slack's own: so long after the press may a form be opened, once. */
const TRIGGER_MS = 3_000
const TICK_MS = 25

type Args = Readonly<Record<string, unknown>>
interface Outcome {
  readonly ok: boolean
  readonly answer: Record<string, unknown>
}

/** A form as it stands before the person. */
export interface FakeForm {
  readonly id: string
  readonly callback_id: string
  readonly private_metadata: string
  readonly blocks: readonly Readonly<Record<string, unknown>>[]
}

/** Forms, and the triggers that open them. */
export class FakeSlackViews {
  readonly methods = {
    'views.open': (args: Args) => this.#open(args),
    'views.update': (args: Args) => this.#update(args),
  }
  readonly #triggers = new Map<string, number>()
  readonly #views = new Map<string, FakeForm>()
  readonly #ticking: NodeJS.Timeout
  #opened = 0
  #atMs = performance.now()
  /**
   * Time as this process felt it. While a busy machine keeps it from the processor no time passes, so that a form which
   * the product opens in time is in time here as well, and one for which it waits three seconds is not.
   */
  #feltMs = 0

  constructor() {
    this.#ticking = setInterval(() => this.#tick(), TICK_MS).unref()
  }

  close(): void {
    clearInterval(this.#ticking)
  }

  issueTrigger(): string {
    const trigger = `trigger.${String(this.#triggers.size + 1)}.${Math.random().toString(36).slice(2)}`
    this.#triggers.set(trigger, this.#feltMs + TRIGGER_MS)
    return trigger
  }

  /** As if so much time had passed. */
  passTime(ms: number): void {
    this.#feltMs += ms
  }

  /** Those that stand open, each as it is now, in the order in which they were opened. */
  all(): readonly FakeForm[] {
    return [...this.#views.values()]
  }

  /** The person closes whatever is open. */
  closeAll(): void {
    this.#views.clear()
  }

  #tick(): void {
    const nowMs = performance.now()
    this.#feltMs += Math.min(nowMs - this.#atMs, 2 * TICK_MS)
    this.#atMs = nowMs
  }

  #open(args: Args): Outcome {
    const trigger = String(args['trigger_id'])
    const until = this.#triggers.get(trigger)
    if (until === undefined) return failed('invalid_trigger_id')
    if (until === 0) return failed('exchanged_trigger_id')
    if (until < this.#feltMs) return failed('expired_trigger_id')
    const refused = refuse(args['view'])
    if (refused !== undefined) return refused
    this.#triggers.set(trigger, 0)
    this.#opened += 1
    return this.#show(`V${String(this.#opened)}`, args['view'])
  }

  #update(args: Args): Outcome {
    const id = String(args['view_id'])
    if (!this.#views.has(id)) return failed('not_found')
    return refuse(args['view']) ?? this.#show(id, args['view'])
  }

  #show(id: string, view: unknown): Outcome {
    const shown = { ...(view as FakeForm), id }
    this.#views.set(id, shown)
    return { ok: true, answer: { view: shown } }
  }
}

function refuse(view: unknown): Outcome | undefined {
  const problems = checkModal(view)
  return problems.length === 0 ? undefined : failed('invalid_arguments', { response_metadata: { messages: problems } })
}

function failed(error: string, more: Record<string, unknown> = {}): Outcome {
  return { ok: false, answer: { error, ...more } }
}
