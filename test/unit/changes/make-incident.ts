import type { Alert } from '../../../src/domain/alert.ts'
import type { ChangeEvent } from '../../../src/domain/change-event.ts'
import type { ScoreInput } from '../../../src/changes/score-suspects.ts'
import type { Service, ServiceCatalog } from '../../../src/domain/service-catalog.ts'

export const ONSET = new Date('2026-11-20T14:00:00.000Z')
export const minutesBefore = (minutes: number) => new Date(ONSET.getTime() - minutes * 60_000)

/** frontend → checkout → payments → ledger; catalogue of goods beside them, which frontend also uses. */
export const CATALOG = catalogOf({
  frontend: ['checkout', 'goods'],
  checkout: ['payments'],
  payments: ['ledger'],
  ledger: [],
  goods: [],
  reports: [],
})

export function catalogOf(graph: Readonly<Record<string, readonly string[]>>): ServiceCatalog {
  const entries = Object.entries(graph).map(([name, dependsOn]): [string, Service] => [
    name,
    {
      name,
      owner: null,
      dependsOn,
      system: null,
      criticality: 2,
      argocd: null,
      lambda: null,
      pagerdutyServiceId: null,
      repository: null,
      mode: null,
      links: [],
    },
  ])
  return { services: new Map(entries) }
}

export function alertOn(service: string | null, annotations: Record<string, string> = {}): Alert {
  return {
    id: '1',
    incidentId: 'INC-1',
    fingerprint: 'f',
    source: 'alertmanager',
    status: 'firing',
    name: 'HighErrorRate',
    service,
    environment: 'production',
    severity: 'SEV2',
    labels: { alertname: 'HighErrorRate' },
    annotations,
    startsAt: ONSET,
    endsAt: null,
    generatorUrl: null,
    repeats: 0,
    lastSeenAt: ONSET,
  }
}

let made = 0
export function change(part: Partial<ChangeEvent> = {}): ChangeEvent {
  made += 1
  return {
    id: `CHG-${String(made)}`,
    kind: 'deploy',
    service: 'checkout',
    environment: 'production',
    at: minutesBefore(5),
    finishedAt: null,
    revision: '7f3c21a9d0',
    previous: { id: '41', revision: '1b22e0f4aa' },
    actor: null,
    url: null,
    summary: null,
    outcome: null,
    sources: [],
    ...part,
  }
}

export function input(part: {
  changes: readonly ChangeEvent[]
  alerts?: readonly Alert[]
  past?: readonly ChangeEvent[]
  judged?: ScoreInput['judged']
  service?: string | null
}): ScoreInput {
  const alerts = part.alerts ?? [alertOn('checkout')]
  return {
    symptom: {
      service: part.service === undefined ? (alerts[0]?.service ?? null) : part.service,
      environment: 'production',
      onsetAt: ONSET,
      openedAt: new Date(ONSET.getTime() + 40_000),
      alerts,
    },
    changes: part.changes,
    past: part.past ?? [],
    judged: part.judged ?? new Map(),
    catalog: CATALOG,
    lookbackMs: 2 * 3_600_000,
    readings: [],
  }
}
