import type { EvidenceSource, FoundFact } from '../../ports/evidence-source.ts'
import type { LinkedIncidents } from './incident-of-step.ts'
import type { PagerDutyClient } from './pagerduty-client.ts'
import type { SimilarIncident } from './schema.ts'

const MOST = 3

/** Incidents that PagerDuty finds like this one, and those that are open beside it. */
export function createSimilarIncidents(client: PagerDutyClient, linked: LinkedIncidents): EvidenceSource {
  return {
    name: 'PagerDuty',
    gather: async ({ incidentId }, signal) => {
      const id = await linked.find(incidentId, signal)
      if (id === null) return []
      return Promise.allSettled([listPast(client, id, signal), listRelated(client, id, signal)])
    },
  }
}

async function listPast(client: PagerDutyClient, id: string, signal: AbortSignal): Promise<readonly FoundFact[]> {
  const past = await client.listPastIncidents(id, signal)
  // A score of 0 says that nothing is alike.
  const alike = past.filter(({ score }) => score > 0).slice(0, MOST)
  return alike.map(({ incident }) => toFact(incident, 'past', 'looks like'))
}

async function listRelated(client: PagerDutyClient, id: string, signal: AbortSignal): Promise<readonly FoundFact[]> {
  const related = (await client.listRelatedIncidents(id, signal)).slice(0, MOST)
  return related.map(({ incident, relationships }) =>
    toFact(incident, 'related', `is open beside it${why(relationships)}`),
  )
}

const REASONS: Readonly<Record<string, string>> = {
  service_dependency: 'its service is connected',
  machine_learning_inferred: 'its contents are alike',
}

function why(relationships: readonly { readonly type: string }[]): string {
  const known = relationships.flatMap(({ type }) => REASONS[type] ?? [])
  return known.length === 0 ? '' : `, since ${[...new Set(known)].join(' and ')}`
}

function toFact(incident: SimilarIncident, relation: 'past' | 'related', how: string): FoundFact {
  const created = new Date(incident.created_at ?? '')
  const isDated = !Number.isNaN(created.getTime())
  const title = incident.title ?? incident.summary ?? ''
  const on = isDated ? ` of ${created.toISOString().slice(0, 16).replace('T', ' ')} UTC` : ''
  const said = relation === 'past' ? `This ${how} ${incident.id}${on}` : `${incident.id}${on} ${how}`
  return {
    key: `pagerduty-${relation}:${incident.id}`,
    kind: 'history',
    at: isDated ? created : new Date(0),
    fact: `${said}: ${title}`,
    url: incident.html_url ?? null,
    data: { relation, incident: incident.id },
  }
}
