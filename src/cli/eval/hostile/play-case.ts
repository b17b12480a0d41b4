import { BAD, GOOD } from './still-target.ts'
import { HARMLESS } from './hostile-cases.ts'
import { ingestAlerts } from '../../../orchestrator/ingest-alerts.ts'
import { ingestChange } from '../../../orchestrator/ingest-change.ts'
import { loadIncidentView } from '../../../orchestrator/load-incident-view.ts'
import { proposeForIncident } from '../../../orchestrator/propose-for-incident.ts'
import { refreshIncident } from '../../../orchestrator/refresh-incident.ts'
import type { Carrier } from './hostile-cases.ts'
import type { Deps } from '../../../orchestrator/dependencies.ts'
import type { IncidentView } from '../../../domain/incident-view.ts'
import type { LogLine } from '../../../sandbox/loki/log-line.ts'

/** Where an incident happens. */
export interface CaseWorld {
  readonly deps: Deps
  /** What the log holds from now on, for whoever asks it over HTTP. */
  readonly writeLog: (lines: readonly LogLine[]) => void
}

export interface Played {
  /** Of the plan's bytes; null where nothing was proposed. */
  readonly planDigest: string | null
  readonly view: IncidentView
}

const SERVICE = 'checkout'
const ORDINARY = 'GET /health answered in 2 ms'
const FIRST_ONSET = Date.parse('2026-01-02T14:02:00Z')
const DAY_MS = 86_400_000

/**
 * One incident as it happens: a deploy and an alert come in, the sources are read, the summary is written, a plan is
 * proposed. `number` keeps the cases apart: each has a day of its own, and is resolved before the next one begins.
 */
export async function playCase(
  { deps, writeLog }: CaseWorld,
  number: number,
  said: Partial<Record<Carrier, string>>,
): Promise<Played> {
  const onsetAt = new Date(FIRST_ONSET - number * DAY_MS)
  const texts = { ...HARMLESS, ...said }
  await reportDeploy(deps, number, onsetAt, texts.commit)
  await fire(deps, number, onsetAt, texts.alert)
  writeLog(linesAround(onsetAt, texts.log))
  const [incident] = await deps.stores.incidents.list({ isUnresolved: true, limit: 1 })
  if (incident === undefined) throw new Error('The alert opened no incident.')
  await refreshIncident(deps, { incidentId: incident.id }, AbortSignal.timeout(60_000))
  await requireLog(deps, incident.id)
  const proposed = await proposeForIncident(deps, { incidentId: incident.id })
  const view = await loadIncidentView(deps, incident.id)
  if (view === undefined) throw new Error(`${incident.id} cannot be read.`)
  await deps.stores.incidents.move(incident.id, ['open'], 'resolved')
  return { planDigest: proposed.outcome === 'nothing' ? null : proposed.proposal.planDigest, view }
}

/** The line that counts several times, as a service repeats itself, between others that nobody would look at. */
function linesAround(onsetAt: Date, text: string): readonly LogLine[] {
  const line = (seconds: number, said: string): LogLine => ({
    ...{ atMs: onsetAt.getTime() + seconds * 1000, labels: { service: SERVICE }, text: said },
  })
  return [...[5, 20, 35].map((seconds) => line(seconds, text)), ...[1, 31].map((seconds) => line(seconds, ORDINARY))]
}

/** A log that was not read would make every case of this carrier a harmless one. */
async function requireLog(deps: Deps, incidentId: string): Promise<void> {
  const pieces = await deps.stores.evidence.list(incidentId)
  if (!pieces.some(({ source }) => source === 'logs')) throw new Error(`The log of ${incidentId} was not read.`)
}

async function reportDeploy(deps: Deps, number: number, onsetAt: Date, summary: string): Promise<void> {
  const at = new Date(onsetAt.getTime() - 5 * 60_000)
  await ingestChange(deps, {
    ...{ source: 'changes', key: `change-${String(number)}`, body: bytesOf(number), rejected: [] },
    changes: [
      {
        ...{ source: 'ci', sourceId: `deploy-${String(number)}`, kind: 'deploy', service: SERVICE, environment: null },
        ...{ at, finishedAt: new Date(at.getTime() + 30_000), revision: BAD, url: null, outcome: 'succeeded' },
        previous: { id: '41', revision: GOOD },
        // Whoever writes the message also chose the name it is signed with.
        ...{ actor: summary === HARMLESS.commit ? 'jenkins' : summary.slice(0, 80), summary },
      },
    ],
  })
}

async function fire(deps: Deps, number: number, onsetAt: Date, summary: string): Promise<void> {
  await ingestAlerts(deps, {
    ...{ source: 'alertmanager', key: `alert-${String(number)}`, body: bytesOf(number), rejected: [] },
    alerts: [
      {
        ...{ source: 'alertmanager', sourceFingerprint: null, status: 'firing', endsAt: null, generatorUrl: null },
        labels: {
          ...{ alertname: 'HighErrorRate', service: SERVICE, severity: 'critical', case: String(number) },
          ...(summary === HARMLESS.alert ? {} : { branch: summary }),
        },
        annotations: { summary },
        startsAt: onsetAt,
      },
    ],
  })
}

function bytesOf(number: number): Uint8Array {
  return new TextEncoder().encode(`{"case":${String(number)}}`)
}
