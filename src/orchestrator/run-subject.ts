import type { AuthorizationResource } from '../domain/authorization.ts'
import type { Proposal } from '../domain/approval.ts'
import type { Run } from '../domain/run.ts'
import { findFreeze } from './proposals/mode-and-freeze.ts'
import { runResource } from '../executor/run-resource.ts'
import { NotFoundError } from '../kernel/errors.ts'
import { servicesActedOnBothWays } from '../policy/blast-radius.ts'
import type { Deps } from './dependencies.ts'

export interface RunSubject {
  readonly run: Run
  readonly proposal: Proposal
  readonly resource: AuthorizationResource
  readonly isFrozen: boolean
}

/** A run as the policy is asked about it. */
export async function loadRunSubject(deps: Deps, runId: string): Promise<RunSubject> {
  const run = await deps.stores.runs.find(runId)
  if (run === undefined) throw new NotFoundError('run', runId)
  const proposal = await deps.stores.proposals.find(run.proposalId)
  if (proposal === undefined) throw new NotFoundError('proposal', run.proposalId)
  const { plan } = proposal
  const own = plan.service === null ? [] : [plan.service]
  const services = [...own, ...servicesActedOnBothWays(deps.catalog, plan.steps)]
  const freeze = await findFreeze(deps, deps.stores, { services, environment: plan.environment })
  return {
    run,
    proposal,
    isFrozen: freeze !== undefined,
    resource: runResource(deps.catalog, run, proposal),
  }
}
