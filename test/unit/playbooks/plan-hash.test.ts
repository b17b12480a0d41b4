import { describe, expect, it } from '@jest/globals'
import { bindingOf, isPlanIntact, planDigestOf, planHashOf, planJsonOf } from '../../../src/playbooks/plan-hash.ts'
import { buildPlan, comparableState } from '../../../src/playbooks/build-plan.ts'
import { parsePlaybook } from '../../../src/playbooks/parse-playbook.ts'
import { CONTRACT_EXAMPLE } from './contract-example.ts'
import { jsonChanges } from '../../support/json-changes.ts'
import type { Json, JsonObject } from '../../../src/kernel/json.ts'
import type { Plan, PlanBinding } from '../../../src/domain/plan.ts'
import type { PlannedStep } from '../../../src/playbooks/build-plan.ts'
import type { Proposal } from '../../../src/domain/approval.ts'
import type { Target } from '../../../src/domain/action.ts'

const TARGET: Target = { system: 'argocd', resource: 'payments/checkout', lockKey: 'argocd:payments/checkout' }
const BEFORE = { historyId: '42', revision: '7f3c', autoSync: true, operation: null, mark: { at: 'x' } }

function plan(): Plan {
  const { playbook } = parsePlaybook({ file: 'p.yaml', text: CONTRACT_EXAMPLE })
  if (playbook === undefined) throw new Error('The example does not parse.')
  const [rollback, healthy] = playbook.steps
  const steps: PlannedStep[] = [
    {
      step: rollback!,
      input: { uses: 'argocd/rollback', with: { app: 'checkout', id: '41', autoSync: 'suspend' } },
      target: TARGET,
      crashClass: 'queryable',
      isVerification: false,
      before: BEFORE,
      undo: { input: { uses: 'argocd/rollback', with: { app: 'checkout', id: '42' } }, target: TARGET },
    },
    {
      step: healthy!,
      input: { uses: 'prometheus/assert', with: { query: 'up{service="checkout"}', below: 0.05, for: '2m' } },
      target: { system: 'prometheus', resource: 'query', lockKey: null },
      crashClass: 'idempotent',
      isVerification: true,
      before: null,
      undo: null,
    },
  ]
  return buildPlan({
    playbook,
    service: 'checkout',
    environment: 'production',
    inputs: { app: 'checkout', revision: '41' },
    steps,
    disturbed: ['checkout', 'api'],
    tier: 2,
  })
}

const BINDING: PlanBinding = {
  incidentId: 'INC-1',
  proposalId: 'PRO-1',
  requester: 'countersign',
  nonce: '00ff',
  policyVersion: 'abc',
  expiresAt: '2026-11-21T10:00:00.000Z',
}

describe('the digest of a plan', () => {
  it('is equal for equal facts, whatever the order of their members', () => {
    const json = planJsonOf(plan())
    const shuffled = JSON.stringify(reversed(JSON.parse(json) as Json))

    expect(planJsonOf(JSON.parse(shuffled) as Plan)).toBe(json)
    expect(planDigestOf(planJsonOf(plan()))).toBe(planDigestOf(json))
  })

  it('leaves out what only a reconcile needs', () => {
    expect(comparableState(BEFORE)).not.toHaveProperty('mark')
    expect(planJsonOf(plan())).not.toContain('mark')
  })
})

describe('T18: any change of a plan after the approval', () => {
  const json = planJsonOf(plan())
  const all = [...jsonChanges(JSON.parse(json) as Json)]

  it('is tried in every field', () => {
    expect(all.length).toBeGreaterThan(100)
    expect(new Set(all.map((change) => change.path)).size).toBe(all.length)
  })

  it('changes digest and hash', () => {
    const digests = new Set([planDigestOf(json)])
    const hashes = new Set([planHashOf(json, BINDING)])
    for (const change of all) {
      const changed = planJsonOf(change.value as unknown as Plan)
      expect([change.path, digests.has(planDigestOf(changed)), hashes.has(planHashOf(changed, BINDING))]).toEqual([
        change.path,
        false,
        false,
      ])
      digests.add(planDigestOf(changed))
      hashes.add(planHashOf(changed, BINDING))
    }
  })

  it('in what it is bound to changes the hash and leaves the digest', () => {
    for (const name of Object.keys(BINDING) as (keyof PlanBinding)[]) {
      const other = { ...BINDING, [name]: `${BINDING[name]}x` }
      expect([name, planHashOf(json, other) === planHashOf(json, BINDING)]).toEqual([name, false])
    }
  })

  it('is found before anything runs, in the bytes and in the row', () => {
    const proposal = proposalOf(json)
    expect(isPlanIntact(proposal)).toBe(true)
    for (const change of all) {
      const changed = planJsonOf(change.value as unknown as Plan)
      const inBytes = { ...proposal, planJson: changed, plan: JSON.parse(changed) as Plan }
      const withDigest = { ...inBytes, planDigest: planDigestOf(changed) }
      const onlyParsed = { ...proposal, plan: JSON.parse(changed) as Plan }
      expect([change.path, ...[inBytes, withDigest, onlyParsed].map(isPlanIntact)]).toEqual([
        change.path,
        false,
        false,
        false,
      ])
    }
    expect(isPlanIntact({ ...proposal, requester: 'ana' })).toBe(false)
    expect(isPlanIntact({ ...proposal, expiresAt: new Date(proposal.expiresAt.getTime() + 1) })).toBe(false)
    expect(isPlanIntact({ ...proposal, incidentId: 'INC-2' })).toBe(false)
  })

  it('would go unseen if only the row were compared (the guard taken out)', () => {
    const isIntactWithoutTheBytes = (proposal: Proposal) =>
      planHashOf(proposal.planJson, bindingOf(proposal)) === proposal.planHash
    const proposal = proposalOf(json)
    const tampered = { ...proposal, plan: { ...proposal.plan, tier: 1 as const } }

    expect(isIntactWithoutTheBytes(tampered)).toBe(true)
    expect(isPlanIntact(tampered)).toBe(false)
  })
})

function proposalOf(planJson: string): Proposal {
  const bound = {
    id: BINDING.proposalId,
    incidentId: BINDING.incidentId,
    requester: BINDING.requester,
    nonce: BINDING.nonce,
    policyVersion: BINDING.policyVersion,
    expiresAt: new Date(BINDING.expiresAt),
  }
  return {
    ...bound,
    state: 'pending',
    plan: JSON.parse(planJson) as Plan,
    planJson,
    planDigest: planDigestOf(planJson),
    planHash: planHashOf(planJson, bindingOf(bound)),
    tier: 2,
    tierReasons: [],
    required: {
      approvals: 1,
      role: 'approver',
      requesterMayApprove: false,
      fromOwningGroup: 0,
      owningGroup: null,
      rules: [],
    },
    reasons: [],
    createdAt: new Date(0),
    closedAt: null,
    closedReason: null,
    symptomGone: false,
    glassUntil: null,
  }
}

function reversed(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(reversed)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value as JsonObject)
      .reverse()
      .map(([name, item]) => [name, reversed(item)]),
  )
}
