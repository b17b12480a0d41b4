import { TENANT } from '../teams/activities.ts'
import type { ActionName, CrashClass, Target } from '../../../src/domain/action.ts'
import type { Proposal } from '../../../src/domain/approval.ts'
import type { Person } from '../../../src/domain/person.ts'
import type { Plan, PlanStep } from '../../../src/domain/plan.ts'
import type { Playbook } from '../../../src/domain/playbook.ts'
import type { Run } from '../../../src/domain/run.ts'
import type { ServiceCatalog } from '../../../src/domain/service-catalog.ts'
import type { JsonObject } from '../../../src/kernel/json.ts'
import { bindingOf, planDigestOf, planHashOf, planJsonOf } from '../../../src/playbooks/plan-hash.ts'
import { requirementOf } from '../../../src/policy/approval-requirement.ts'
import type { SurfaceName } from '../../../src/domain/surface.ts'
import type { Stores, UnitOfWork } from '../../../src/ports/stores.ts'

export const SERVICE = 'checkout'

export const ANA: Person = {
  id: 'ana@bank.example',
  name: 'Ana Ruiz',
  slack: { team: 'T0001', user: 'U0001' },
  teams: { tenant: TENANT, user: 'aad-ana' },
  groups: ['team-payments'],
  roles: ['responder', 'approver'],
}
export const BEN: Person = {
  ...ANA,
  id: 'ben@bank.example',
  name: 'Ben Okafor',
  slack: { team: 'T0001', user: 'U0002' },
  teams: { tenant: TENANT, user: 'aad-ben' },
}
export const RIA: Person = {
  ...ANA,
  id: 'ria@bank.example',
  name: 'Ria Responder',
  slack: { team: 'T0001', user: 'U0003' },
  teams: { tenant: TENANT, user: 'aad-ria' },
  roles: ['responder'],
}

export const CATALOG: ServiceCatalog = {
  services: new Map([
    [
      SERVICE,
      {
        name: SERVICE,
        owner: 'team-payments',
        dependsOn: [],
        system: null,
        criticality: 2,
        argocd: null,
        lambda: null,
        pagerdutyServiceId: null,
        repository: null,
        mode: null,
        links: [],
      },
    ],
  ]),
}

export const PLAYBOOK: Playbook = {
  name: 'move-on',
  title: 'Move the service on',
  owner: 'team-platform',
  digest: 'a'.repeat(64),
  file: 'playbooks/move-on.yaml',
  match: { alerts: [], change: null },
  inputs: {},
  risk: { reversible: true, blastRadius: 'service' },
  autonomous: false,
  steps: [],
  onFailure: 'stop',
}

export interface StepSpec {
  readonly id?: string
  readonly uses: ActionName
  readonly with?: JsonObject
  readonly resource?: string
  readonly undoTo?: string
  readonly timeoutMs?: number
  /** The approved state of the target; `{ revision: 'r0' }` unless given. */
  readonly before?: JsonObject | null
}

const CLASSES: Readonly<Partial<Record<ActionName, CrashClass>>> = {
  'pagerduty/note': 'idempotent',
  'lambda/invoke': 'opaque',
  'prometheus/assert': 'idempotent',
}

/** With `tier` and `title` in `with`. */
function approvalStep(spec: StepSpec, index: number): PlanStep {
  return {
    id: spec.id ?? `step-${String(index + 1)}`,
    uses: 'approval',
    with: { tier: 2, title: 'Go on with the rest', ...spec.with },
    target: { system: 'people', resource: 'approvers', lockKey: null },
    before: null,
    crashClass: 'idempotent',
    timeoutMs: 60_000,
    isVerification: true,
    undo: null,
  }
}

function planStep(spec: StepSpec, index: number): PlanStep {
  if (spec.uses === 'approval') return approvalStep(spec, index)
  const resource = spec.resource ?? 'app'
  const system = spec.uses.split('/')[0] as Target['system']
  const isVerification = spec.uses === 'prometheus/assert'
  const target: Target = { system, resource, lockKey: isVerification ? null : `${system}:${resource}` }
  return {
    id: spec.id ?? `step-${String(index + 1)}`,
    uses: spec.uses,
    with: { resource, ...spec.with },
    target,
    before: isVerification ? null : spec.before === undefined ? { revision: 'r0' } : spec.before,
    crashClass: CLASSES[spec.uses] ?? 'queryable',
    timeoutMs: spec.timeoutMs ?? 60_000,
    isVerification,
    undo: spec.undoTo === undefined ? null : { uses: spec.uses, with: { resource, to: spec.undoTo }, target },
  }
}

export function planOf(steps: readonly StepSpec[], change: Partial<Plan> = {}): Plan {
  return {
    version: 1,
    playbook: { name: PLAYBOOK.name, title: PLAYBOOK.title, digest: PLAYBOOK.digest },
    service: SERVICE,
    environment: 'production',
    inputs: {},
    steps: steps.map(planStep),
    risk: { reversible: true, blastRadius: 'service', disturbed: [] },
    onFailure: 'stop',
    tier: 2,
    ...change,
  }
}

export interface ApprovedRun {
  readonly run: Run
  readonly proposal: Proposal
}

export interface ApprovedRunOptions {
  readonly plan?: Partial<Plan>
  readonly approvers?: readonly Person[]
  readonly ttlMs?: number
  /** Where the approvals were given; in the console unless said. */
  readonly from?: SurfaceName
}

/** An incident with a firing alert, a proposal, its approvals and its queued run: what a click leaves behind. */
export async function approveRun(
  unitOfWork: UnitOfWork,
  steps: readonly StepSpec[],
  options: ApprovedRunOptions = {},
): Promise<ApprovedRun> {
  const plan = planOf(steps, options.plan)
  return unitOfWork.run(async (stores) => {
    const incidentId = await openIncident(stores)
    const proposal = await propose(stores, incidentId, plan, options.ttlMs ?? 900_000)
    for (const person of options.approvers ?? [ANA]) await approve(stores, proposal, person, options.from)
    await stores.proposals.move(proposal.id, ['pending'], 'approved', null)
    const run = await stores.runs.create({ incidentId, proposalId: proposal.id })
    if (run === undefined) throw new Error('The proposal has a run already.')
    return { run, proposal }
  })
}

let alertCount = 0

export async function openIncident(stores: Stores): Promise<string> {
  const now = new Date()
  const incident = await stores.incidents.open({
    title: 'Many errors on checkout',
    service: SERVICE,
    environment: 'production',
    severity: 'SEV2',
    origin: 'alerts',
    onsetAt: now,
  })
  alertCount += 1
  await stores.alerts.upsert([
    {
      incidentId: incident.id,
      fingerprint: `fingerprint-${String(process.pid)}-${String(alertCount)}`,
      source: 'alertmanager',
      status: 'firing',
      name: 'HighErrorRate',
      service: SERVICE,
      environment: 'production',
      severity: 'SEV2',
      labels: {},
      annotations: {},
      startsAt: now,
      endsAt: null,
      generatorUrl: null,
    },
  ])
  return incident.id
}

async function propose(stores: Stores, incidentId: string, plan: Plan, ttlMs: number): Promise<Proposal> {
  const { id, expiresAt } = await stores.proposals.reserve(ttlMs)
  const planJson = planJsonOf(plan)
  const own = {
    id,
    incidentId,
    requester: 'countersign',
    nonce: `nonce-${id}`,
    policyVersion: 'policy-1',
    expiresAt,
  }
  return stores.proposals.insert({
    ...own,
    plan,
    planJson,
    planDigest: planDigestOf(planJson),
    planHash: planHashOf(planJson, bindingOf(own)),
    tier: plan.tier,
    tierReasons: [],
    required: requirementOf({ tier: plan.tier, owner: 'team-payments', runsByItself: false }),
    reasons: [],
  })
}

export async function approve(
  stores: Stores,
  proposal: Proposal,
  person: Person,
  surface: SurfaceName = 'console',
): Promise<void> {
  await stores.decisions.insert({
    proposalId: proposal.id,
    personId: person.id,
    personName: person.name,
    decision: 'approve',
    reason: null,
    planHash: proposal.planHash,
    rolesAtTime: person.roles,
    groupsAtTime: person.groups,
    surface,
    onCall: null,
  })
}
