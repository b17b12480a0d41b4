import { factText } from './evidence-text.ts'
import { rankOrigins } from '../../triage/rank-origins.ts'
import type { Alert, Labels } from '../../domain/alert.ts'
import type { NewEvidence } from '../../domain/evidence.ts'
import type { Origin, ShownAlert, Topology } from '../../triage/rank-origins.ts'
import type { ServiceCatalog } from '../../domain/service-catalog.ts'

/** How Kubernetes, its metrics and the node exporter call them. */
const INSTANCE_LABELS: readonly string[] = ['pod', 'pod_name', 'kubernetes_pod_name']
const HOST_LABELS: readonly string[] = ['node', 'nodename', 'host', 'hostname']
const MOST_NAMED = 3

interface Located {
  readonly alert: Alert
  readonly instance: string | undefined
  readonly host: string | undefined
}

/**
 * One line on where the alerts come from, when they name several instances, services or hosts. It is what the alerts
 * alone point to; which change it was is another question.
 */
export function originEvidence(
  incidentId: string,
  alerts: readonly Alert[],
  catalog: ServiceCatalog,
): readonly NewEvidence[] {
  const located = alerts.map((alert) => ({
    alert,
    instance: firstLabel(alert.labels, INSTANCE_LABELS),
    host: firstLabel(alert.labels, HOST_LABELS),
  }))
  const origins = rankOrigins(located.flatMap(toShown), topologyOf(located, catalog)).slice(0, MOST_NAMED)
  const [first, second] = origins
  if (first === undefined || second === undefined || first.score <= second.score) return []
  return [
    {
      ...{ incidentId, key: 'origin', kind: 'note', source: 'alerts', url: null },
      at: alerts.reduce((newest, one) => (one.startsAt > newest ? one.startsAt : newest), new Date(0)),
      fact: factText(`Probable origin: ${describe(first)}; then ${origins.slice(1).map(nameOf).join(', ')}`),
      data: { origins: origins.map(({ entity, kinds, onlyHere }) => ({ entity, kinds, onlyHere })) },
    },
  ]
}

function firstLabel(labels: Labels, names: readonly string[]): string | undefined {
  return names
    .map((name) => (Object.hasOwn(labels, name) ? labels[name] : undefined))
    .find((value) => (value ?? '') !== '')
}

/** An alert is about the smallest thing that it names. */
function toShown({ alert, instance, host }: Located): readonly ShownAlert[] {
  const entity = instance ?? alert.service ?? host
  return entity === undefined ? [] : [{ kind: 'metric', entity, what: alert.name, direction: '' }]
}

function topologyOf(located: readonly Located[], catalog: ServiceCatalog): Topology {
  const instances = located.flatMap(({ alert, instance, host }) =>
    instance === undefined ? [] : [{ instance, service: alert.service, host }],
  )
  return {
    serviceOf: new Map(
      instances.flatMap(({ instance, service }) => (service === null ? [] : [[instance, service] as const])),
    ),
    hostOf: new Map(instances.flatMap(({ instance, host }) => (host === undefined ? [] : [[instance, host] as const]))),
    hosts: new Set(located.flatMap(({ host }) => (host === undefined ? [] : [host]))),
    calls: [...catalog.services.values()].flatMap(({ name, dependsOn }) => dependsOn.map((to) => [name, to] as const)),
  }
}

function describe(origin: Origin): string {
  const { kinds, onlyHere } = origin
  const shows = `${String(kinds)} ${kinds === 1 ? 'kind' : 'kinds'} of alert there`
  return `${nameOf(origin)} (${shows}${onlyHere === 0 ? '' : `, ${String(onlyHere)} nowhere else`})`
}

function nameOf({ entity }: Origin): string {
  return factText(entity, 80)
}
