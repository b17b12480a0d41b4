import type { Evidence } from '../domain/evidence.ts'
import type { Severity } from '../domain/severity.ts'
import type { Suspect } from '../domain/change-event.ts'
import type { WordedPart } from './fit-words.ts'

/** Of what the facts of an incident are told. */
export interface SummaryFacts {
  readonly service: string | null
  readonly environment: string | null
  readonly severity: Severity
  /** Nobody said it, neither an alert nor a person. */
  readonly isSeverityAssumed: boolean
  readonly symptom: string
  readonly onsetAt: Date
  readonly quietSince: Date | null
  /** It is mitigated or resolved. */
  readonly isOver: boolean
  /** The newest moment that the record knows: times of other days are told with their date. */
  readonly asOf: Date
  readonly alerts: { readonly total: number; readonly distinct: number; readonly firing: number }
  readonly alertNames: readonly string[]
  /** Who depends on the service; empty when nobody does or nobody knows. */
  readonly dependents: readonly string[]
  /** The sources are still being read. */
  readonly isCollecting: boolean
  readonly suspects: readonly Suspect[]
  /** More people said that the likely cause was not it than that it was. */
  readonly isDisputed: boolean
  readonly unknownCause: string | null
  readonly unreachable: readonly string[]
  /** What is being done, as the record has it: `rollback (PRO-3) waits for approval.` with the record's own id. */
  readonly activity: WordedPart
  readonly evidence: readonly Evidence[]
}
