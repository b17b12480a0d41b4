import type { JsonObject } from '../../kernel/json.ts'

/** One element of a batch that was left out, and why; the others count. */
export interface RejectedItem extends JsonObject {
  readonly index: number
  readonly field: string
  readonly reason: string
}

/** What a webhook is answered (CONTRACT 4). */
export interface IngestAnswer {
  readonly accepted: number
  readonly duplicates: number
  readonly rejected: readonly RejectedItem[]
}

export interface IngestResult {
  readonly status: number
  readonly answer: JsonObject
  /** The same bytes came before: the first answer again, and nothing was done. */
  readonly replayed: boolean
}
