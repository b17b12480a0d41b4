import { describe, expect, it } from '@jest/globals'
import { AUTHORIZED_ACTIONS } from '../../../src/policy/cedar-schema.ts'
import { createPolicyEngine } from '../../../src/policy/cedar-engine.ts'
import { ROLES } from '../../../src/domain/person.ts'
import { defaultPolicyFiles, policyEngineWithout } from './default-policies.ts'
import type { AuthorizationRequest, AuthorizationResource, Principal } from '../../../src/domain/authorization.ts'
import type { AuthorizedAction } from '../../../src/domain/verb.ts'
import type { PolicyEngine } from '../../../src/policy/cedar-engine.ts'
import type { Role } from '../../../src/domain/person.ts'

const engine = createPolicyEngine(defaultPolicyFiles())

const READ: AuthorizedAction[] = ['read', 'list', 'status', 'timeline', 'summary', 'changes', 'evidence', 'playbooks']
/** Texts cost a model's tokens: for people, not for the API token. */
const TEXTS: AuthorizedAction[] = ['ask', 'handover', 'update', 'postmortem']
/** What people are asked after an incident: for everybody who may read it. */
const ANSWER: AuthorizedAction[] = ['feedback']
const MOVE: AuthorizedAction[] = ['declare', 'ack', 'assign', 'severity', 'note', 'mitigated', 'resolve', 'reopen']
const ASK: AuthorizedAction[] = ['plan', 'run', 'byhand', 'stop', 'freeze', 'question', 'answer']
const AUDIT: AuthorizedAction[] = ['audit.read', 'audit.export']

/** What each role may do about somebody else's proposal of tier 2, with nothing frozen, in assist. */
const MAY: Readonly<Record<Role, readonly AuthorizedAction[]>> = {
  responder: [...READ, ...TEXTS, ...ANSWER, 'help', ...MOVE, ...ASK],
  approver: [
    ...READ,
    ...TEXTS,
    ...ANSWER,
    'help',
    ...MOVE,
    ...ASK,
    'approve',
    'reject',
    'withdraw',
    'cancel',
    'settle',
    'undo',
    'unfreeze',
    'breakglass',
    'breakglass.review',
  ],
  commander: [
    ...READ,
    ...TEXTS,
    ...ANSWER,
    'help',
    ...MOVE,
    ...ASK,
    'reject',
    'cancel',
    'breakglass',
    'breakglass.review',
  ],
  auditor: [...READ, ...TEXTS, ...ANSWER, 'help', 'question', ...AUDIT, 'breakglass.review'],
  admin: [...READ, ...TEXTS, ...ANSWER, 'help', 'question', ...AUDIT, 'freeze'],
}

const SERVICES: Readonly<Record<string, readonly AuthorizedAction[]>> = {
  alertmanager: ['ingest'],
  countersign: ['propose', 'execute'],
  api: [...READ, 'audit.read'],
  cli: ['freeze', ...AUDIT],
  approver: ['ingest'],
}

function person(roles: readonly Role[], id = 'ana'): Principal {
  return { type: 'Person', id, roles, groups: ['payments'] }
}

function resource(change: Partial<AuthorizationResource> = {}): AuthorizationResource {
  return {
    type: 'Proposal',
    id: 'PRO-1',
    service: 'checkout',
    owner: 'payments',
    environment: 'production',
    criticality: 2,
    tier: 2,
    requester: 'countersign',
    ...change,
  }
}

function ask(
  principal: Principal,
  action: AuthorizedAction,
  change: Partial<AuthorizationResource> = {},
  context: AuthorizationRequest['context'] = {},
  using: PolicyEngine = engine,
) {
  const isInstallation = action === 'ingest'
  return using.authorize({
    principal,
    action,
    resource: resource({ ...(isInstallation ? { type: 'Installation' } : {}), ...change }),
    context: { surface: 'slack', mode: 'assist', isFrozen: false, ...context },
  })
}

describe('the default policies: role by action', () => {
  it.each(ROLES.flatMap((role) => AUTHORIZED_ACTIONS.map((action) => [role, action] as const)))(
    'a person who is only %s: %s',
    (role, action) => {
      expect(ask(person([role]), action).verdict).toBe(MAY[role].includes(action) ? 'allow' : 'forbid')
    },
  )

  it.each(Object.keys(SERVICES).flatMap((id) => AUTHORIZED_ACTIONS.map((action) => [id, action] as const)))(
    'the service %s: %s',
    (id, action) => {
      const principal: Principal = { type: 'Service', id, roles: [], groups: [] }
      expect(ask(principal, action).verdict).toBe(SERVICES[id]?.includes(action) === true ? 'allow' : 'forbid')
    },
  )

  it.each(AUTHORIZED_ACTIONS)('strangers and people without a role: not even %s', (action) => {
    const stranger: Principal = { type: 'Stranger', id: 'slack:T9/U9', roles: [], groups: [] }
    expect(ask(stranger, action).verdict).toBe('forbid')
    expect(ask(person([]), action).verdict).toBe('forbid')
  })

  it('a service gets nothing from roles that somebody gave it', () => {
    const service: Principal = { type: 'Service', id: 'bot', roles: ['approver', 'admin'], groups: [] }
    const stranger: Principal = { type: 'Stranger', id: 'x', roles: ['approver'], groups: [] }
    expect(ask(service, 'approve').verdict).toBe('forbid')
    expect(ask(stranger, 'approve').verdict).toBe('forbid')
  })
})

describe('approving', () => {
  it.each([
    [1, 'responder', 'bo', 'allow'],
    [1, 'responder', 'ana', 'allow'],
    [2, 'responder', 'bo', 'forbid'],
    [2, 'approver', 'bo', 'allow'],
    [2, 'approver', 'ana', 'forbid'],
    [3, 'approver', 'bo', 'allow'],
    [3, 'approver', 'ana', 'forbid'],
    [4, 'approver', 'bo', 'forbid'],
    [null, 'approver', 'bo', 'forbid'],
  ] as const)('tier %s as %s, requested by %s: %s', (tier, role, requester, expected) => {
    expect(ask(person([role]), 'approve', { tier, requester }).verdict).toBe(expected)
  })

  it('by the requester is forbidden whatever other role they hold, and allowed once the rule is gone', () => {
    const all = person(ROLES)
    expect(ask(all, 'approve', { requester: 'ana' })).toMatchObject({
      verdict: 'forbid',
      reasons: [{ rule: 'no-approval-by-the-requester' }],
    })
    const without = policyEngineWithout('no-approval-by-the-requester')
    expect(ask(all, 'approve', { requester: 'ana' }, {}, without).verdict).toBe('allow')
  })

  it.each([
    ['frozen', { isFrozen: true }],
    ['observe', { mode: 'observe' }],
  ] as const)('is forbidden by %s, and allowed once the rule is gone', (rule, context) => {
    const verdict = ask(person(['approver']), 'approve', {}, context)
    expect(verdict).toMatchObject({ verdict: 'forbid', reasons: [{ rule }] })
    expect(ask(person(['approver']), 'approve', {}, context, policyEngineWithout(rule)).verdict).toBe('allow')
  })
})

describe('freezing and observing', () => {
  const bot: Principal = { type: 'Service', id: 'countersign', roles: [], groups: [] }

  it.each(['propose', 'execute'] as const)('stop the bot from %s', (action) => {
    expect(ask(bot, action, {}, { isFrozen: true }).verdict).toBe('forbid')
    expect(ask(bot, action, {}, { mode: 'observe' }).verdict).toBe('forbid')
    expect(ask(bot, action, {}, { mode: 'act' }).verdict).toBe('allow')
  })

  it.each(['reject', 'cancel', 'withdraw', 'unfreeze', 'settle'] as const)('leave %s to people', (action) => {
    expect(ask(person(['approver']), action, {}, { isFrozen: true, mode: 'observe' }).verdict).toBe('allow')
  })

  it('the executor is never allowed what nobody could approve', () => {
    expect(ask(bot, 'execute', { type: 'Run', tier: 4 }).verdict).toBe('forbid')
    expect(ask(bot, 'execute', { type: 'Run', tier: null }).verdict).toBe('forbid')
  })
})

describe('cancelling', () => {
  it('is for whoever requested it, too', () => {
    expect(ask(person(['responder']), 'cancel', { requester: 'ana' }).verdict).toBe('allow')
    expect(ask(person(['responder']), 'cancel', { requester: 'bo' }).verdict).toBe('forbid')
    expect(ask(person(['auditor']), 'cancel', { requester: 'ana' }).verdict).toBe('forbid')
  })
})
