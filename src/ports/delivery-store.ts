import type { JsonObject } from '../kernel/json.ts'

export interface Delivery {
  readonly source: string
  readonly key: string
  readonly body: Uint8Array
}

export interface ExpectedAnswer {
  readonly locks: readonly string[]
  /** Kept as the answer unless `answer` says otherwise in the same transaction; most deliveries come as expected. */
  readonly answer: JsonObject
}

export interface ServedAnswer {
  readonly status: number | null
  /** What was answered besides the status, where that counts. */
  readonly answer?: string | null
}

/** Requests that were verified and served: what makes a replay harmless. */
export interface DeliveryStore {
  /**
   * Undefined when it is new (and now recorded in this transaction); else the answer given the first time. Takes the
   * named locks until the transaction ends: what is read afterwards holds until then.
   */
  accept(
    delivery: Delivery,
    expected: ExpectedAnswer,
  ): Promise<{ readonly status: number; readonly answer: JsonObject } | undefined>
  answer(delivery: Pick<Delivery, 'source' | 'key'>, status: number, answer: JsonObject): Promise<void>
  /** Chat requests: undefined when new, else the first answer; its status is null until there is one. */
  serve(surface: string, requestKey: string): Promise<ServedAnswer | undefined>
  /** The same without counting a copy: whoever waits for the answer asks often. */
  servedAnswer(surface: string, requestKey: string): Promise<ServedAnswer | undefined>
  served(surface: string, requestKey: string, status: number, answer?: string): Promise<void>
}
