import type { Evidence } from '../domain/evidence.ts'
import type { JsonObject } from '../kernel/json.ts'
import type { Service } from '../domain/service-catalog.ts'

export interface EvidenceQuestion {
  readonly incidentId: string
  /** What fails first, then what it depends on. */
  readonly services: readonly Service[]
  readonly since: Date
}

/** One fact as a vendor tells it: its text is data, and is cleaned before it is kept. */
export interface FoundFact {
  /** The same again replaces the earlier one. */
  readonly key: string
  readonly kind: Evidence['kind']
  readonly at: Date
  readonly fact: string
  readonly url: string | null
  readonly data: JsonObject
}

/** A system that knows something about an incident that nothing is decided by: it is told as found. */
export interface EvidenceSource {
  /** As people write it. */
  readonly name: string
  /** In parts that fail apart: what is refused is named, and costs nothing of what the others found. */
  gather(
    question: EvidenceQuestion,
    signal: AbortSignal,
  ): Promise<readonly PromiseSettledResult<readonly FoundFact[]>[]>
}
