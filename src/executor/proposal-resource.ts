import type { Proposal } from '../domain/approval.ts'
import type { AuthorizationResource } from '../domain/authorization.ts'
import { findService } from '../domain/service-catalog.ts'
import type { ServiceCatalog } from '../domain/service-catalog.ts'

/** A proposal, or a nested approval put like one, as the policy sees it. */
export function proposalResource(catalog: ServiceCatalog, proposal: Proposal): AuthorizationResource {
  const service = findService(catalog, proposal.plan.service)
  return {
    type: 'Proposal',
    id: proposal.id,
    service: proposal.plan.service,
    owner: service?.owner ?? null,
    environment: proposal.plan.environment,
    criticality: service?.criticality ?? null,
    tier: proposal.tier,
    requester: proposal.requester,
  }
}
