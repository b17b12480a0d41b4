import type { CardRouteRule, Settings } from '../orchestrator/dependencies.ts'
import type { Config } from '../config/config.ts'
import type { ConfigurationFile } from '../config/configuration-file.ts'
import type { SurfaceName } from '../domain/surface.ts'

/** The configuration as the orchestrator reads it. */
export function buildSettings(config: Config, replicaId: string, decidesInConsole = false): Settings {
  const { settings } = config
  return {
    mode: settings.mode,
    replicaId,
    publicUrl: settings.server.publicUrl ?? null,
    mapping: settings.mapping,
    linkHosts: settings.links.hosts,
    groupingWindowMs: settings.grouping.window,
    changesLookbackMs: settings.changes.lookback,
    instanceMetrics: settings.changes.instances ?? null,
    goldenSignals: settings.evidence.signals ?? null,
    logQuery: settings.evidence.logs?.query ?? null,
    approvalsTtlMs: settings.approvals.ttl,
    escalateAt: settings.approvals.escalateAt,
    fatigue: { decisions: settings.approvals.fatigue.decisions, perMs: settings.approvals.fatigue.per },
    breakGlass: {
      playbooks: settings.approvals.breakGlass.playbooks,
      forMs: settings.approvals.breakGlass.for,
      reviewMs: settings.approvals.breakGlass.review,
    },
    auditReview: reviewOf(settings.audit.review),
    logDelayMs: settings.audit.mostDelay,
    freezeWindows: settings.freezes,
    inflightWindowMs: settings.execution.inflightWindow,
    leaseMs: settings.execution.lease,
    roomFrom: settings.slack?.channelPerIncident ?? null,
    decidesInConsole,
    routes: [...routesOf('slack', settings.slack), ...routesOf('teams', settings.teams)],
  }
}

function reviewOf({ at, slack, teams }: ConfigurationFile['audit']['review']): Settings['auditReview'] {
  const [hours = 0, minutes = 0] = at.split(':').map(Number)
  const places = [
    { surface: 'slack', channel: slack },
    { surface: 'teams', channel: teams },
  ] as const
  const channels = places.flatMap(({ surface, channel }) => (channel === undefined ? [] : [{ surface, channel }]))
  return { minuteOfDay: hours * 60 + minutes, channels }
}

interface Place {
  readonly channel: string
  readonly routes: readonly {
    readonly owner?: string | undefined
    readonly severity?: CardRouteRule['severity'] | undefined
    readonly channel: string
  }[]
}

/** First match; the surface's own channel comes last and takes the rest. */
function routesOf(surface: SurfaceName, place: Place | undefined): readonly CardRouteRule[] {
  if (place === undefined) return []
  const rules = place.routes.map((route) => ({
    surface,
    owner: route.owner ?? null,
    severity: route.severity ?? null,
    channel: route.channel,
  }))
  return [...rules, { surface, owner: null, severity: null, channel: place.channel }]
}
