import type { Actor } from '../domain/actor.ts'
import type { AuthorizationResource, AuthorizationVerdict, Principal } from '../domain/authorization.ts'
import type { AuthorizedAction } from '../domain/verb.ts'
import type { Deps } from './dependencies.ts'
import type { Origin } from '../domain/surface.ts'
import { RefusedError } from '../kernel/errors.ts'

export interface AuthorizationQuestion {
  readonly principal: Principal
  readonly action: AuthorizedAction
  readonly resource: AuthorizationResource
  readonly origin: Origin
  /** How the record and the refusal name the asker; the principal's id when left out. */
  readonly name?: string
  readonly incidentId?: string
  readonly proposalId?: string
  readonly runId?: string
  /** Facts of the moment besides surface and mode, which are always told. */
  readonly context?: Readonly<Record<string, string | boolean | number>>
}

/**
 * Asks the one authorization point. A refusal is committed to the audit log on a connection of its own before the
 * error is thrown, so it stays on record when the caller's transaction rolls back. Ask before a transaction is
 * opened where the answer does not depend on a locked row: two connections held at once can drain the pool.
 */
export async function requireAuthorized(deps: Deps, question: AuthorizationQuestion): Promise<AuthorizationVerdict> {
  const verdict = deps.authorize({
    principal: question.principal,
    action: question.action,
    resource: question.resource,
    context: { surface: question.origin, mode: deps.settings.mode, ...question.context },
  })
  if (verdict.verdict === 'allow') return verdict
  const name = question.name ?? question.principal.id
  deps.telemetry.count('refusals', { reason: 'not_allowed', origin: question.origin })
  await deps.stores.audit.append([
    deps.seal({
      event: 'request.refused',
      actor: actorOf(question.principal, name),
      origin: question.origin,
      outcome: 'refused',
      reasonCode: 'not_allowed',
      target: {
        system: 'countersign',
        resource: `${question.resource.type}:${question.resource.id}`,
        environment: question.resource.environment,
      },
      ...(question.incidentId === undefined ? {} : { incidentId: question.incidentId }),
      ...(question.proposalId === undefined ? {} : { proposalId: question.proposalId }),
      ...(question.runId === undefined ? {} : { runId: question.runId }),
      policyVersion: verdict.policyVersion,
      details: { action: question.action, rules: verdict.reasons.map((reason) => reason.rule) },
    }),
  ])
  throw new RefusedError('not_allowed', refusalText(name, question, verdict))
}

function actorOf(principal: Principal, name: string): Actor {
  return { type: principal.type === 'Person' ? 'human' : 'service', id: principal.id, name }
}

/** Actions whose names are not words that a person would use. */
const WORDS: Readonly<Partial<Record<AuthorizedAction, string>>> = {
  ingest: 'hand in alerts or changes',
  'audit.read': 'read the audit log',
  'audit.export': 'export the audit log',
}

function refusalText(name: string, question: AuthorizationQuestion, verdict: AuthorizationVerdict): string {
  const where = question.resource.type === 'Installation' ? '' : ` on ${question.resource.id}`
  const why = verdict.reasons.map((reason) => reason.text.replace(/[.\s]+$/, '')).join('; ')
  return `${name} may not ${WORDS[question.action] ?? question.action}${where}: ${why || 'no policy allows it'}. Ask someone who may, or have the role added in people.yaml.`
}
