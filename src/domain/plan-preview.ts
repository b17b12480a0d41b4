import type { CrashClass } from './action.ts'
import type { JsonObject } from '../kernel/json.ts'

/** Text from outside, as in incident-view.ts: shown letter by letter, never as mark-up, a mention or a link. */
type Untrusted = string

/**
 * What was found out about a plan for those who decide on it: evidence beside the proposal, gathered when it was made,
 * with its time and source. What binds is in the plan; nothing here is part of its digest. Every text that came from
 * outside is cleaned to one line before it gets here, and is shown letter by letter. Plain JSON: times are RFC 3339.
 */
export interface PlanPreview {
  readonly steps: readonly StepPreview[]
}

export interface StepPreview extends StepFacts {
  readonly stepId: string
  readonly gatheredAt: string
}

/** What one source knows of one step; what does not apply or could not be read is null. */
export interface StepFacts {
  /** `Argo CD`, `AWS Lambda`, `PagerDuty`, `Prometheus`. */
  readonly source: string
  readonly revisions: { readonly from: Untrusted | null; readonly to: Untrusted | null } | null
  readonly commits: CommitRange | null
  readonly images: readonly ImageChange[] | null
  readonly resources: readonly ResourceChange[] | null
  readonly versions: { readonly alias: string; readonly from: FunctionVersion; readonly to: FunctionVersion } | null
  readonly invocation: InvocationPreview | null
  /** Who will be paged, by name. */
  readonly paged: readonly Untrusted[] | null
  /** What a check measures at this moment. */
  readonly reading: { readonly values: readonly number[] } | null
  /** What could not be read and why, one sentence each. */
  readonly unread: readonly string[]
}

export interface CommitRange {
  /** `taken_out`: the plan goes back behind them; `brought_in`: it goes forward to them. */
  readonly direction: 'taken_out' | 'brought_in'
  /** Every commit between the two revisions is known; otherwise only those that a source names. */
  readonly isComplete: boolean
  readonly count: number
  /** The newest first, cut. */
  readonly commits: readonly CommitPreview[]
  /** Who told: `Argo CD`, `GitHub`. */
  readonly source: string
}

export interface CommitPreview {
  readonly revision: Untrusted
  /** The first line. */
  readonly message: Untrusted
  readonly author: Untrusted | null
}

export interface ImageChange {
  readonly name: Untrusted
  readonly from: Untrusted | null
  readonly to: Untrusted | null
}

export interface ResourceChange {
  readonly kind: Untrusted
  readonly name: Untrusted
  readonly change: 'changed' | 'added' | 'removed'
}

export interface FunctionVersion {
  readonly version: string
  readonly description: Untrusted | null
  readonly lastModified: string | null
  readonly codeSha256: string | null
}

/** A function that would be run: nothing can be taken back of it, and Lambda cannot be asked what became of it. */
export interface InvocationPreview {
  readonly function: string
  /** Always named; `$LATEST` where the plan names none. */
  readonly qualifier: string
  /** What the qualifier points to by the plan; null where that may not be read. */
  readonly runs: FunctionVersion | null
  /** How long the function may run, and how long we wait for it; null where it is queued. */
  readonly timeoutSeconds: number | null
  readonly waitsSeconds: number | null
  readonly mode: 'request' | 'event'
  readonly payload: InvocationPayload
  /** The playbook says that the function does nothing twice under one `idempotencyKey`. */
  readonly isIdempotent: boolean
  readonly crashClass: CrashClass
}

/** Of the parameters; what is added when it is called (the key, the incident, the people) names no more than the run does. */
export interface InvocationPayload {
  readonly bytes: number
  /** Nothing of it comes from a step before. */
  readonly isFinal: boolean
  /** Of the parameters as canonical JSON. */
  readonly sha256: string | null
  /** null where they are too long to be shown. */
  readonly params: JsonObject | null
}
