import type { Actor } from '../domain/actor.ts'
import type { AuthorizationResource, AuthorizationVerdict, Principal } from '../domain/authorization.ts'
import type { AuthorizedAction } from '../domain/verb.ts'
import type { Deps } from './dependencies.ts'
import type { Origin } from '../domain/surface.ts'
import { RefusedError } from '../kernel/errors.ts'
import { whoMay } from './who-may.ts'

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
        service: question.resource.service,
      },
      ...(question.incidentId === undefined ? {} : { incidentId: question.incidentId }),
      ...(question.proposalId === undefined ? {} : { proposalId: question.proposalId }),
      ...(question.runId === undefined ? {} : { runId: question.runId }),
      policyVersion: verdict.policyVersion,
      details: { action: question.action, rules: verdict.reasons.map((reason) => reason.rule) },
    }),
  ])
  throw new RefusedError('not_allowed', refusalText(deps, name, question, verdict))
}

function actorOf(principal: Principal, name: string): Actor {
  return { type: principal.type === 'Person' ? 'human' : 'service', id: principal.id, name }
}

/** What a person would call it. */
const WORDS: Readonly<Record<AuthorizedAction, string>> = {
  declare: 'declare an incident',
  list: 'list incidents',
  status: 'read incidents',
  timeline: 'read incidents',
  summary: 'read incidents',
  changes: 'read incidents',
  evidence: 'read incidents',
  ask: 'read incidents',
  handover: 'read incidents',
  update: 'read incidents',
  postmortem: 'read incidents',
  read: 'read incidents',
  ack: 'acknowledge',
  assign: 'assign roles in',
  severity: 'set the severity of',
  note: 'add notes to',
  mitigated: 'mark as mitigated',
  resolve: 'resolve',
  reopen: 'reopen',
  feedback: 'say how it went in',
  playbooks: 'look for playbooks for',
  plan: 'plan a playbook for',
  run: 'propose a playbook for',
  approve: 'approve',
  reject: 'reject',
  withdraw: 'withdraw an approval of',
  question: 'ask about',
  answer: 'answer questions about',
  cancel: 'cancel',
  stop: 'stop',
  settle: 'settle a step of',
  undo: 'undo',
  byhand: 'record what was done by hand in',
  freeze: 'freeze',
  unfreeze: 'unfreeze',
  breakglass: 'break the glass for',
  'breakglass.review': 'review the break-glass of',
  help: 'ask here',
  ingest: 'hand in alerts or changes',
  propose: 'propose',
  execute: 'run',
  'audit.read': 'read the audit log',
  'audit.export': 'export the audit log',
  'configuration.decide': 'decide about',
}

function refusalText(
  deps: Deps,
  name: string,
  { action, resource, origin, principal, context }: AuthorizationQuestion,
  verdict: AuthorizationVerdict,
): string {
  const what = resource.type === 'Installation' ? (resource.service ?? '') : resource.id
  const did = `${name} may not ${WORDS[action]}${what === '' || action === 'declare' ? '' : ` ${what}`}`
  if (principal.type === 'Person' && principal.roles.length === 0) {
    return `${did}: people.yaml gives ${name} no role. Ask an admin to add one.`
  }
  const why = verdict.reasons.map((reason) => reason.text.replace(/[.\s]+$/, '')).join('; ')
  const others = whoMay(deps, { action, resource, context: { surface: origin, mode: deps.settings.mode, ...context } })
  const next = others === '' ? '' : ` Ask ${others}, who may, or have the role added in people.yaml.`
  return `${did}: ${why || 'no policy allows it'}.${next}`
}
