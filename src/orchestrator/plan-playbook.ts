import type { Origin } from '../domain/surface.ts'
import type { JsonObject } from '../kernel/json.ts'
import { incidentResource, personPrincipal } from './authorization-subjects.ts'
import type { Deps } from './dependencies.ts'
import { getPerson } from './proposals/known-person.ts'
import { planOnRequest } from './proposals/plan-on-request.ts'
import type { RequestedPlan } from './proposals/plan-on-request.ts'
import { readProposalGround } from './proposals/proposal-ground.ts'
import { requireAuthorized } from './require-authorized.ts'

export interface PlanPlaybookInput {
  readonly incidentId: string
  readonly playbook: string
  /** `key=value` as typed. */
  readonly inputs: JsonObject
  readonly personId: string
  readonly origin: Origin
}

/** What exactly would run, and what it would need; nothing is proposed and nothing is written. */
export async function planPlaybook(deps: Deps, input: PlanPlaybookInput): Promise<RequestedPlan> {
  const person = getPerson(deps, input.personId)
  const ground = await readProposalGround(deps, input.incidentId)
  await requireAuthorized(deps, {
    principal: personPrincipal(person),
    action: 'plan',
    resource: incidentResource(deps.catalog, ground.incident),
    origin: input.origin,
    name: person.name,
    incidentId: input.incidentId,
  })
  return planOnRequest(deps, ground, input.playbook, input.inputs)
}
