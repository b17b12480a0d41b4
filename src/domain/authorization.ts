import type { AuthorizedAction } from './verb.ts'
import type { Role } from './person.ts'

/** What the policy is told about who asks. Sources and the bot itself are principals as well, with no roles. */
export interface Principal {
  readonly type: 'Person' | 'Service' | 'Stranger'
  readonly id: string
  readonly roles: readonly Role[]
  readonly groups: readonly string[]
}

export interface AuthorizationResource {
  readonly type: 'Incident' | 'Proposal' | 'Run' | 'Installation' | 'Configuration'
  readonly id: string
  readonly service: string | null
  readonly owner: string | null
  readonly environment: string | null
  readonly criticality: number | null
  readonly tier: number | null
  readonly requester: string | null
}

export interface AuthorizationRequest {
  readonly principal: Principal
  readonly action: AuthorizedAction
  readonly resource: AuthorizationResource
  /** Facts of the moment that policies may use: `surface`, `isFrozen`, `mode`. */
  readonly context: Readonly<Record<string, string | boolean | number>>
}

/** The policy's answer; deny by default. `reasons` names the policies that decided, or says that none allowed it. */
export interface AuthorizationVerdict {
  readonly verdict: 'allow' | 'forbid'
  readonly reasons: readonly { readonly rule: string; readonly text: string }[]
  readonly policyVersion: string
}
