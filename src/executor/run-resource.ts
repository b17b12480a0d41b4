import type { Proposal } from '../domain/approval.ts'
import type { AuthorizationResource } from '../domain/authorization.ts'
import type { Run } from '../domain/run.ts'
import { findService } from '../domain/service-catalog.ts'
import type { ServiceCatalog } from '../domain/service-catalog.ts'

/** A run as the policy sees it. */
export function runResource(
  catalog: ServiceCatalog,
  { id }: Pick<Run, 'id'>,
  { plan, requester }: Pick<Proposal, 'plan' | 'requester'>,
): AuthorizationResource {
  const service = findService(catalog, plan.service)
  return {
    type: 'Run',
    id,
    service: plan.service,
    owner: service?.owner ?? null,
    environment: plan.environment,
    criticality: service?.criticality ?? null,
    tier: plan.tier,
    requester,
  }
}
