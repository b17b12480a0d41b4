import type { Alert } from '../domain/alert.ts'
import type { CauseVerdict } from './judge-causes.ts'
import type { ChangeEvent } from '../domain/change-event.ts'
import type { Comparison } from './compare-instances.ts'
import type { ServiceCatalog } from '../domain/service-catalog.ts'

/** What a change is judged against. */
export interface Symptom {
  readonly service: string | null
  /** null counts as production. */
  readonly environment: string | null
  readonly onsetAt: Date
  /** When the incident was opened: what began later is an answer to it. */
  readonly openedAt: Date
  readonly alerts: readonly Alert[]
}

export interface SuspicionContext {
  readonly symptom: Symptom
  readonly catalog: ServiceCatalog
  /** Where the symptom begins: see `symptomRoots`. */
  readonly roots: readonly string[]
  /** Services with an alert in this incident. */
  readonly alerting: readonly string[]
  /** All changes known of these services, earlier and later ones, those under suspicion among them. */
  readonly past: readonly ChangeEvent[]
  /** By change: what people said after an incident in which it was named as the cause. */
  readonly judged: ReadonlyMap<string, CauseVerdict>
  /** By change: its new instances against the old ones, where they were measured. */
  readonly comparisons: ReadonlyMap<string, Comparison>
  /** By service: how much more of what it answers fails than before, 0 to 1; empty where nothing was measured. */
  readonly failures: ReadonlyMap<string, number>
}

/** One sentence and its weight in log-odds: +0.7 doubles the odds that the change is the cause, -0.7 halves them. */
export interface Reason {
  readonly feature: string
  readonly weight: number
  readonly text: string
}

/** One view on one change. Undefined when it has nothing to say: then it neither raises nor lowers the suspicion. */
export type Feature = (change: ChangeEvent, context: SuspicionContext) => Reason | undefined
