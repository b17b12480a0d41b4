import { oneLineText } from '../../kernel/clean-text.ts'
import { toAppReference } from './app-name.ts'
import type { ArgoCdContext } from './argocd-context.ts'
import type { EvidenceSource, FoundFact } from '../../ports/evidence-source.ts'
import type { EventsAnswer } from './schema.ts'
import type { Service } from '../../domain/service-catalog.ts'

const MOST_APPS = 3
const MOST_EVENTS = 5
/** As the newer of Kubernetes' two interfaces for events has it; the older one takes a reason of any length. */
const LONGEST_REASON = 128

type AppEvent = EventsAnswer['items'][number]

/** What happened to the apps lately, the warnings first: one fact for each reason and object. */
export function createAppEvents(argocd: ArgoCdContext): EvidenceSource {
  return {
    name: 'Argo CD',
    gather: ({ services, since }, signal) => {
      const apps = services.filter((service) => service.argocd !== null).slice(0, MOST_APPS)
      return Promise.allSettled(
        apps.map(async (service) => {
          const { app, project } = service.argocd ?? { app: '', project: null }
          const reference = toAppReference(app, (name) => project ?? argocd.projectOf(name))
          const { items } = await argocd.client.listEvents(reference, signal)
          const url = argocd.client.pageOf(reference, null)
          return toFacts(service, items, since, url)
        }),
      )
    },
  }
}

function toFacts(service: Service, events: readonly AppEvent[], since: Date, url: string): readonly FoundFact[] {
  const dated = events.flatMap((event) => {
    const at = new Date(event.lastTimestamp ?? event.eventTime ?? '')
    return Number.isNaN(at.getTime()) || at < since ? [] : [{ event, at }]
  })
  const newest = dated.toSorted(
    (left, right) =>
      Number(isWarning(right.event)) - Number(isWarning(left.event)) || right.at.getTime() - left.at.getTime(),
  )
  const facts = newest.map(({ event, at }) => toFact(service, event, at, url))
  return [...new Map(facts.toReversed().map((fact) => [fact.key, fact])).values()].toReversed().slice(0, MOST_EVENTS)
}

function toFact(service: Service, event: AppEvent, at: Date, url: string): FoundFact {
  const { kind, name } = event.involvedObject ?? {}
  const object = [kind, name].filter((part) => typeof part === 'string').join(' ') || service.name
  const count = (event.count ?? 1) > 1 ? ` (${String(event.count)} times)` : ''
  const reason = oneLineText(event.reason ?? 'Event', LONGEST_REASON)
  return {
    key: `argocd-event:${service.name}:${reason}:${object}`,
    kind: 'deploy_state',
    at,
    fact: `${service.name}, ${object}: ${reason}${count}: ${event.message ?? ''}`,
    url,
    data: { event: reason, isWarning: isWarning(event) },
  }
}

function isWarning({ type }: AppEvent): boolean {
  return type === 'Warning'
}
