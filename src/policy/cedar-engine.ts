import { preparsePolicySet, statefulIsAuthorized } from '@cedar-policy/cedar-wasm/nodejs'
import type { EntityJson, EntityUidJson } from '@cedar-policy/cedar-wasm/nodejs'
import { ConfigurationError } from '../kernel/errors.ts'
import { sha256Hex } from '../kernel/sha256.ts'
import type {
  AuthorizationRequest,
  AuthorizationResource,
  AuthorizationVerdict,
  Principal,
} from '../domain/authorization.ts'
import { parsePolicies } from './parse-policies.ts'
import type { ParsedPolicy, PolicyFile } from './parse-policies.ts'

export interface PolicyEngine {
  /** Deny by default; a policy that cannot be evaluated forbids. */
  authorize(request: AuthorizationRequest): AuthorizationVerdict
  /** Digest of all files: what an approval binds. */
  readonly version: string
}

/**
 * The one authorization point. Throws ConfigurationError with every mistake of every file; a folder without a policy
 * is a mistake as well, since it would leave nobody able to do anything, or hide that a file was not read.
 */
export function createPolicyEngine(files: readonly PolicyFile[]): PolicyEngine {
  const { policies, problems } = parsePolicies(files)
  if (problems.length > 0) throw new ConfigurationError(problems)
  const version = versionOf(files)
  const byId = new Map(policies.map((policy) => [policy.id, policy]))
  const preparsed = preparsePolicySet(version, {
    staticPolicies: Object.fromEntries(policies.map((policy) => [policy.id, policy.text])),
  })
  if (preparsed.type === 'failure') {
    throw new ConfigurationError(
      preparsed.errors.map((error) => ({ file: 'policies', at: '', found: error.message, expected: 'valid Cedar' })),
    )
  }
  return { version, authorize: remembering((request) => authorize(request, version, byId)) }
}

/** So many answers are kept; a storm of alerts asks the same question each time. */
const MOST_REMEMBERED = 500

/** The policies do not change while the engine lives, so that equal questions have equal answers. */
function remembering(decide: PolicyEngine['authorize']): PolicyEngine['authorize'] {
  const answers = new Map<string, AuthorizationVerdict>()
  return (request) => {
    const question = JSON.stringify(request)
    const known = answers.get(question)
    if (known !== undefined) return known
    const verdict = decide(request)
    if (answers.size >= MOST_REMEMBERED) answers.clear()
    answers.set(question, verdict)
    return verdict
  }
}

function versionOf(files: readonly PolicyFile[]): string {
  const named = [...files].sort((left, right) => (left.file < right.file ? -1 : 1))
  // Names and lengths are part of it, so that text cannot move between files unseen; folders are not, for they differ
  // from machine to machine.
  return sha256Hex(
    ...named.flatMap(({ file, text }) => [`${file.split(/[/\\]/).at(-1) ?? ''}\n${String(text.length)}\n`, text]),
  )
}

function authorize(
  request: AuthorizationRequest,
  version: string,
  policies: ReadonlyMap<string, ParsedPolicy>,
): AuthorizationVerdict {
  const principal = { type: request.principal.type, id: request.principal.id }
  const resource = { type: request.resource.type, id: request.resource.id }
  const answer = statefulIsAuthorized({
    principal,
    action: { type: 'Action', id: request.action },
    resource,
    // Unknown counts as the stricter case: no surface, observe, and nobody on call.
    context: { surface: 'unknown', mode: 'observe', isFrozen: false, onCall: 'unknown', ...request.context },
    preparsedPolicySetId: version,
    entities: [principalEntity(request.principal, principal), resourceEntity(request.resource, resource)],
  })
  if (answer.type === 'failure') {
    return forbid(
      'unreadable-request',
      `the policy could not read the request (${answer.errors[0]?.message ?? ''})`,
      version,
    )
  }
  const { decision, diagnostics } = answer.response
  const failed = diagnostics.errors[0]
  if (failed !== undefined) {
    return forbid(
      failed.policyId,
      `the policy ${failed.policyId} could not be evaluated (${failed.error.message})`,
      version,
    )
  }
  const reasons = diagnostics.reason.map((id) => ({
    rule: id,
    text: policies.get(id)?.says ?? `the policy ${id} says so`,
  }))
  if (decision === 'allow') return { verdict: 'allow', reasons, policyVersion: version }
  if (reasons.length > 0) return { verdict: 'forbid', reasons, policyVersion: version }
  return forbid('default-deny', defaultDenyText(request), version)
}

function forbid(rule: string, text: string, policyVersion: string): AuthorizationVerdict {
  return { verdict: 'forbid', reasons: [{ rule, text }], policyVersion }
}

function defaultDenyText({ principal, action }: AuthorizationRequest): string {
  switch (principal.type) {
    case 'Stranger':
      return 'this account is not in the directory'
    case 'Service':
      return `no policy allows ${principal.id} to ${action}`
    case 'Person':
      return principal.roles.length === 0 ? 'the directory gives no role' : rolesDoNot(principal.roles)
  }
}

function rolesDoNot(roles: readonly string[]): string {
  return roles.length === 1
    ? `the role ${roles.join('')} does not allow it`
    : `the roles ${roles.join(', ')} do not allow it`
}

function principalEntity(principal: Principal, uid: EntityUidJson): EntityJson {
  const isPerson = principal.type === 'Person'
  return {
    uid,
    attrs: { id: principal.id },
    parents: isPerson
      ? [
          ...principal.roles.map((role) => ({ type: 'Role', id: role })),
          ...principal.groups.map((group) => ({ type: 'Group', id: group })),
        ]
      : [],
  }
}

function resourceEntity(resource: AuthorizationResource, uid: EntityUidJson): EntityJson {
  const { service, owner, environment, criticality, tier, requester } = resource
  const attrs = Object.entries({ service, owner, environment, criticality, tier, requester })
  return { uid, attrs: Object.fromEntries(attrs.filter(([, value]) => value !== null)), parents: [] }
}
