import type { ActionInput } from '../domain/action.ts'
import type { BlastRadius } from '../domain/playbook.ts'
import { dependentsOf } from '../domain/service-catalog.ts'
import type { ServiceCatalog } from '../domain/service-catalog.ts'

export interface BlastRadiusFacts {
  readonly catalog: ServiceCatalog
  /** The service that is acted on. */
  readonly service: string | null
  /** Resolved steps with their undos: what they name is what is acted on, whoever filled it in. */
  readonly actions: readonly ActionInput[]
  /** Argument values that the playbook's author wrote as they are: reviewed, and so counted for the service itself. */
  readonly isReviewed: (action: ActionInput) => boolean
  readonly blastRadius: BlastRadius
}

export interface DisturbedServices {
  /** The targets first, then who depends on them; sorted by name. */
  readonly services: readonly string[]
  /** What is acted on and belongs to no service of the catalog; then the blast radius is not known. */
  readonly unknown: readonly string[]
}

/** The targets and, by `risk.blastRadius`, every service that depends on them, directly or not. */
export function countDisturbed(facts: BlastRadiusFacts): DisturbedServices {
  const owners = facts.actions.flatMap((action) => ownerOf(action, facts))
  const unknown = owners.flatMap((owner) => (owner.service === null ? [owner.what] : []))
  const targets = new Set(owners.flatMap((owner) => (owner.service === null ? [] : [owner.service])))
  if (facts.service === null) unknown.push('no service')
  else if (facts.catalog.services.has(facts.service)) targets.add(facts.service)
  else unknown.push(facts.service)
  return { services: [...widen([...targets], facts)].sort(), unknown: [...new Set(unknown)].sort() }
}

/** The services that the actions' own arguments point at, each once, in the actions' order. */
export function servicesActedOn(
  catalog: ServiceCatalog,
  actions: readonly Pick<ActionInput, 'with'>[],
): readonly string[] {
  return [...new Set(actions.flatMap((action) => ownersOf(catalog, action)))]
}

/** The same of a plan with the way back: an undo may act on another service than its step. */
export function servicesActedOnBothWays(
  catalog: ServiceCatalog,
  steps: readonly (Pick<ActionInput, 'with'> & { readonly undo: Pick<ActionInput, 'with'> | null })[],
): readonly string[] {
  return servicesActedOn(
    catalog,
    steps.flatMap((step) => (step.undo === null ? [step] : [step, step.undo])),
  )
}

function ownersOf(catalog: ServiceCatalog, action: Pick<ActionInput, 'with'>): readonly string[] {
  const { app, function: functionName } = action.with
  return [...catalog.services.values()]
    .filter(
      ({ argocd, lambda }) =>
        (typeof app === 'string' && argocd?.app === app) ||
        (typeof functionName === 'string' && lambda === functionName),
    )
    .map((service) => service.name)
}

function widen(targets: readonly string[], { catalog, blastRadius }: BlastRadiusFacts): ReadonlySet<string> {
  switch (blastRadius) {
    case 'service':
      return new Set(targets)
    case 'dependents':
      return new Set(targets.flatMap((target) => [target, ...dependentsOf(catalog, target)]))
    case 'environment':
    case 'account':
      return new Set(catalog.services.keys())
  }
}

/** Which service an action's own arguments point at; none for actions that name no application and no function. */
function ownerOf(
  action: ActionInput,
  facts: BlastRadiusFacts,
): readonly { readonly what: string; readonly service: string | null }[] {
  const services = [...facts.catalog.services.values()]
  const { app, function: functionName } = action.with
  if (typeof app === 'string') {
    const owners = services.filter((service) => service.argocd?.app === app).map((service) => service.name)
    return owned(`the Argo CD application ${app}`, owners, action, facts)
  }
  if (typeof functionName === 'string') {
    const owners = services.filter((service) => service.lambda === functionName).map((service) => service.name)
    return owned(`the function ${functionName}`, owners, action, facts)
  }
  return []
}

function owned(
  what: string,
  owners: readonly string[],
  action: ActionInput,
  facts: BlastRadiusFacts,
): readonly { readonly what: string; readonly service: string | null }[] {
  if (owners.length > 0) return owners.map((service) => ({ what, service }))
  return facts.isReviewed(action) ? [] : [{ what, service: null }]
}
