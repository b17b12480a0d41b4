import { dependencyDistance } from '../../domain/service-catalog.ts'
import type { Feature, SuspicionContext } from '../feature.ts'

// Measured on no data set but chosen by what the graph can carry: a fault travels from a service to those that depend
// on it and loses force at every hop (timeouts, retries, fallbacks); it hardly ever travels the other way.
const SAME_SERVICE = 1.8
const DIRECT_DEPENDENCY = 0.4
const PER_FURTHER_HOP = -0.9
const FARTHEST = -2.5
const NO_SERVICE_KNOWN = -2
// A dependant can overload what it calls, so it is not impossible.
const DEPENDANT = -3
const UNRELATED = -4
// When the symptom begins at several places, a change that explains one of two is half an explanation.
const PER_UNEXPLAINED_ROOT = -1.2

/** How the change's service lies to where the symptom begins, along `dependsOn`. */
export const graphDistance: Feature = (change, context) => {
  if (context.roots.length === 0) {
    return { feature: 'distance', weight: NO_SERVICE_KNOWN, text: 'No alert names a service to compare it with.' }
  }
  const explained = context.roots.filter((root) => distance(context, root, change.service) !== undefined)
  const [nearest] = explained.sort(
    (left, right) => hops(context, left, change.service) - hops(context, right, change.service),
  )
  if (nearest === undefined) return outsideOf(change.service, context)
  const share = (context.roots.length - explained.length) / context.roots.length
  const near = weightOfHops(hops(context, nearest, change.service))
  return {
    feature: 'distance',
    weight: near + PER_UNEXPLAINED_ROOT * share,
    text: `${describeHops(nearest, change.service, context)}${describeShare(share)}`,
  }
}

function weightOfHops(count: number): number {
  if (count === 0) return SAME_SERVICE
  return Math.max(FARTHEST, DIRECT_DEPENDENCY + PER_FURTHER_HOP * (count - 1))
}

function outsideOf(service: string, context: SuspicionContext) {
  const below = context.roots.find((root) => distance(context, service, root) !== undefined)
  if (below === undefined) {
    const failing = context.roots.length === 1 ? (context.roots[0] ?? '') : 'Nothing that fails'
    const text = `${failing} ${context.roots.length === 1 ? 'does not depend' : 'depends'} on ${service}.`
    return { feature: 'distance', weight: UNRELATED, text }
  }
  const shows = context.alerting.includes(service) ? ', so its own alerts follow from there' : ''
  return { feature: 'distance', weight: DEPENDANT, text: `${service} depends on ${below}, not the other way${shows}.` }
}

function describeHops(root: string, service: string, context: SuspicionContext): string {
  const count = hops(context, root, service)
  if (count === 0) return `It changed ${root} itself, where the symptom is.`
  if (count === 1) return `${root} depends on ${service} directly.`
  return `${root} depends on ${service} over ${String(count)} hops.`
}

function describeShare(share: number): string {
  return share === 0 ? '' : ' It does not explain every service that fails.'
}

function distance(context: SuspicionContext, from: string, to: string): number | undefined {
  return dependencyDistance(context.catalog, from, to)
}

function hops(context: SuspicionContext, from: string, to: string): number {
  return distance(context, from, to) ?? Infinity
}
