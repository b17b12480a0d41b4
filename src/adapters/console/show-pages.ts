import {
  drawFrom,
  describeDelivery,
  listIncidents,
  readChange,
  readEvidence,
  readIncident,
  readPendingChanges,
  readTimeline,
} from '../../orchestrator/index.ts'
import { renderConfigurationPage } from './configuration-page.ts'
import { pageAnswer } from './page-answer.ts'
import { renderIncidentList, renderIncidentPage } from './pages.ts'
import type { ConsoleSettings } from './console-settings.ts'
import type { HttpAnswer } from '../http/answers.ts'
import type { Reply } from '../../orchestrator/index.ts'
import type { Visitor } from './console-session.ts'

const LIST_LENGTH = 50
const TIMELINE_LENGTH = 200

export async function listPage(settings: ConsoleSettings, visitor: Visitor, reply: Reply | null): Promise<HttpAnswer> {
  const { deps } = settings
  const [{ items }, notes] = await Promise.all([
    listIncidents(deps, visitor.reader, { limit: LIST_LENGTH }),
    describeDelivery(deps),
  ])
  // After it is known that they may read at all, so that a refusal is said and recorded once.
  const pending = await readPendingChanges(deps, visitor.reader)
  const context = { now: deps.clock.now(), csrf: visitor.csrf, personId: visitor.person?.id ?? null }
  const body = renderIncidentList(items, context, reply, { notes, changes: pending.map(({ id }) => id) })
  return pageAnswer(settings, { title: 'Incidents', body, visitor, path: '/', live: '/live', ...statusOf(reply) })
}

export async function incidentPage(
  settings: ConsoleSettings,
  visitor: Visitor,
  incidentId: string,
  reply: Reply | null,
): Promise<HttpAnswer> {
  const { deps } = settings
  const [view, timeline, evidence] = await Promise.all([
    readIncident(deps, visitor.reader, incidentId),
    readTimeline(deps, visitor.reader, incidentId, { after: null, limit: TIMELINE_LENGTH }),
    readEvidence(deps, visitor.reader, incidentId),
  ])
  const picture = drawFrom(view, evidence)
  const context = { now: deps.clock.now(), csrf: visitor.csrf, personId: visitor.person?.id ?? null }
  const body = renderIncidentPage({ view, timeline: timeline.items, evidence, picture, reply }, context)
  const path = `/incidents/${encodeURIComponent(view.id)}`
  const live = `/live?incident=${encodeURIComponent(view.id)}`
  return pageAnswer(settings, { title: `${view.id} ${view.severity}`, body, visitor, path, live, ...statusOf(reply) })
}

export async function changePage(
  settings: ConsoleSettings,
  visitor: Visitor,
  changeId: string,
  reply: Reply | null,
): Promise<HttpAnswer> {
  const { deps } = settings
  const view = await readChange(deps, visitor.reader, changeId.toUpperCase())
  const context = { now: deps.clock.now(), csrf: visitor.csrf, personId: visitor.person?.id ?? null }
  const body = renderConfigurationPage(view, context, reply)
  const path = `/configuration/${encodeURIComponent(view.id)}`
  return pageAnswer(settings, { title: view.id, body, visitor, path, live: null, ...statusOf(reply) })
}

/** A refusal is a page that was answered, but scripts should see that it was refused. */
function statusOf(reply: Reply | null): { status?: number } {
  return reply?.kind === 'refused' ? { status: 409 } : {}
}
