import type { Json, JsonObject } from '../kernel/json.ts'
import type { ActionName } from './action.ts'
import type { ChangeKind } from './change-event.ts'

export type BlastRadius = 'service' | 'dependents' | 'environment' | 'account'

/** One Prometheus matcher, parsed: `alertname=~"HighErrorRate|HighLatency"`. Regular expressions are anchored, as in Prometheus. */
export interface AlertMatcher {
  readonly label: string
  readonly operator: '=' | '!=' | '=~' | '!~'
  readonly value: string
}

export type PlaybookInput =
  | { readonly kind: 'from'; readonly path: string }
  | { readonly kind: 'value'; readonly value: Json }
  | {
      readonly kind: 'ask'
      readonly type: 'string' | 'number' | 'boolean'
      readonly title: string
      readonly pattern: string | null
    }

export interface PlaybookStep {
  readonly id: string
  readonly uses: ActionName
  /** As written, expressions unresolved. */
  readonly with: JsonObject
  readonly timeoutMs: number
  readonly undo: { readonly uses: ActionName; readonly with: JsonObject } | null
}

export interface Playbook {
  readonly name: string
  readonly title: string
  readonly owner: string
  /** SHA-256 of the file's bytes: the version. */
  readonly digest: string
  readonly file: string
  readonly match: { readonly alerts: readonly AlertMatcher[]; readonly change: ChangeKind | null }
  readonly inputs: Readonly<Record<string, PlaybookInput>>
  readonly risk: { readonly reversible: boolean; readonly blastRadius: BlastRadius }
  readonly autonomous: boolean
  readonly steps: readonly PlaybookStep[]
  readonly onFailure: 'stop' | 'undo'
}
