import { COUNTERSIGN } from '../../../src/domain/actor.ts'
import type { Proposal } from '../../../src/domain/approval.ts'
import type { Person } from '../../../src/domain/person.ts'
import type { Plan } from '../../../src/domain/plan.ts'
import type { Run } from '../../../src/domain/run.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import { makeProposal } from '../../../src/orchestrator/proposals/make-proposal.ts'
import { recordDecision } from '../../../src/orchestrator/record-decision.ts'
import { planDigestOf, planJsonOf } from '../../../src/playbooks/plan-hash.ts'
import { requirementOf } from '../../../src/policy/approval-requirement.ts'
import { ANA, openIncident, planOf } from './approved-run.ts'
import type { StepSpec } from './approved-run.ts'

/** An incident with a proposal, made as the product makes it, with everything that it puts on record. */
export async function proposeThroughProduct(
  deps: Deps,
  steps: readonly StepSpec[],
  incidentId?: string,
  change: Partial<Plan> = {},
): Promise<Proposal> {
  const plan = planOf(steps, change)
  const planJson = planJsonOf(plan)
  return deps.unitOfWork.run(async (stores) => {
    const incident = await stores.incidents.find(incidentId ?? (await openIncident(stores)))
    if (incident === undefined) throw new Error('The incident is gone.')
    const alerts = await stores.alerts.listByIncident(incident.id)
    const { proposal } = await makeProposal(deps, stores, {
      incident,
      draft: {
        plan,
        planJson,
        planDigest: planDigestOf(planJson),
        tierReasons: [],
        required: requirementOf({ tier: plan.tier, owner: 'team-payments', runsByItself: false }),
        isNovel: false,
        runsByItself: false,
      },
      requester: COUNTERSIGN,
      origin: 'clock',
      reasons: [],
      policyVersion: 'policy-1',
      supersedes: null,
      alertFingerprints: alerts.map(({ fingerprint }) => fingerprint),
    })
    return proposal
  })
}

/** The same, and approved by a press; the run is queued. */
export async function approveThroughProduct(
  deps: Deps,
  steps: readonly StepSpec[],
  person: Person = ANA,
): Promise<{ readonly proposal: Proposal; readonly run: Run }> {
  const { id, incidentId, planHash } = await proposeThroughProduct(deps, steps)
  const { proposal, run } = await recordDecision(deps, {
    proposalId: id,
    incidentId,
    personId: person.id,
    decision: 'approve',
    planHash,
    reason: null,
    origin: 'console',
  })
  if (run === null) throw new Error(`${id} was not approved.`)
  return { proposal, run }
}
