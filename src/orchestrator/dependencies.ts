import type { Redactor } from '../kernel/redactor.ts'
import type { AuditRecord, SealedLeaf } from '../domain/audit-entry.ts'
import type { AuthorizationRequest, AuthorizationVerdict } from '../domain/authorization.ts'
import type { AccountStandings } from '../ports/account-standing.ts'
import type { ActionPreviewer } from '../ports/action-previewer.ts'
import type { ActionRunner } from '../ports/action-runner.ts'
import type { ChangeSource } from '../ports/change-source.ts'
import type { FirstCards } from './outbox/first-cards.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Commits } from '../ports/commits.ts'
import type { ConfigurationInForce } from '../ports/configuration-in-force.ts'
import type { DeployStateReader } from '../ports/deploy-state.ts'
import type { Directory, OnCall } from '../ports/directory.ts'
import type { EvidenceSource } from '../ports/evidence-source.ts'
import type { LanguageModel } from '../ports/language-model.ts'
import type { Logs } from '../ports/logs.ts'
import type { Logger } from '../kernel/logger.ts'
import type { Metrics } from '../ports/metrics.ts'
import type { FreezeWindow } from '../domain/freeze.ts'
import type { LogDelay } from '../domain/log-delay.ts'
import type { Mode } from '../domain/mode.ts'
import type { PictureRasterizer } from '../ports/picture-rasterizer.ts'
import type { Playbook } from '../domain/playbook.ts'
import type { RandomBytes } from '../kernel/ids.ts'
import type { ReadLog } from './read/open-read-log.ts'
import type { ServiceCatalog } from '../domain/service-catalog.ts'
import type { Severity } from '../domain/severity.ts'
import type { Stores, UnitOfWork } from '../ports/stores.ts'
import type { SurfaceName } from '../domain/surface.ts'
import type { Telemetry } from '../ports/telemetry.ts'

/** First match wins; a route without a condition always matches. */
export interface CardRouteRule {
  readonly surface: SurfaceName
  readonly owner: string | null
  readonly severity: Severity | null
  readonly channel: string
}

/** How Prometheus tells the instances of a service apart. `${{ services }}` stands for a pattern of their names. */
export interface InstanceMetrics {
  /** Requests a second of each instance. */
  readonly requests: string
  /** Failed requests a second of each instance. */
  readonly errors: string
  /** Seconds a request of each instance; null when it is not measured. */
  readonly latency: string | null
  readonly serviceLabel: string
  readonly instanceLabel: string
}

/** How Prometheus measures a service: one query with `${{ services }}` each, and the unit of what it gives. */
export interface GoldenSignals {
  readonly rate: GoldenSignal | null
  readonly errors: GoldenSignal | null
  readonly latency: GoldenSignal | null
  readonly saturation: GoldenSignal | null
  readonly serviceLabel: string
}

interface GoldenSignal {
  readonly query: string
  readonly unit: string
}

export interface ReviewChannel {
  readonly surface: SurfaceName
  readonly channel: string
}

export interface Settings {
  readonly mode: Mode
  readonly replicaId: string
  /** Base of links to the console; null when none is configured. */
  readonly publicUrl: string | null
  /** Which alert labels say what; first hit. */
  readonly mapping: { readonly service: readonly string[]; readonly environment: readonly string[] }
  /** Links from data are live only to these hosts. */
  readonly linkHosts: readonly string[]
  readonly groupingWindowMs: number
  readonly changesLookbackMs: number
  /** null: changes are judged without comparing new instances with old ones. */
  readonly instanceMetrics: InstanceMetrics | null
  /** null: no signals besides those of the alerts are read. */
  readonly goldenSignals: GoldenSignals | null
  /** A LogQL query with `${{ services }}`; null: no logs are read. */
  readonly logQuery: string | null
  readonly approvalsTtlMs: number
  /** At these shares of the time to its expiry, what still waits is told to the next in line; ascending. */
  readonly escalateAt: readonly number[]
  readonly fatigue: { readonly decisions: number; readonly perMs: number }
  /** Which playbooks may run without their quorum, how long, and until when that is to be reviewed. */
  readonly breakGlass: { readonly playbooks: readonly string[]; readonly forMs: number; readonly reviewMs: number }
  /** When the audit log is reviewed each day, in minutes of the day in UTC, and the channels that hear of it. */
  readonly auditReview: { readonly minuteOfDay: number; readonly channels: readonly ReviewChannel[] }
  /** How far the audit log may be behind before nothing of high risk is approved or carried out. */
  readonly logDelayMs: number
  /** Freezes that come back by the calendar. */
  readonly freezeWindows: readonly FreezeWindow[]
  readonly inflightWindowMs: number
  /** How long a replica holds a run; longer than the longest single call plus the target's visibility delay. */
  readonly leaseMs: number
  /** An incident that is at least as severe gets a channel of its own, where the surface makes them; null for none. */
  readonly roomFrom: Severity | null
  /** People sign in to the console as themselves, and decide there. */
  readonly decidesInConsole: boolean
  /** Per surface in order; the surface's default channel comes last without a condition. */
  readonly routes: readonly CardRouteRule[]
}

/** What every intent gets. Built once by app.ts; tests build it from fakes. */
export interface Deps {
  readonly unitOfWork: UnitOfWork
  /** Bound to the pool: for reads and single statements. */
  readonly stores: Stores
  readonly clock: Clock
  readonly log: Logger
  readonly randomBytes: RandomBytes
  readonly telemetry: Telemetry
  readonly settings: Settings
  readonly catalog: ServiceCatalog
  /** What is in force now; `playbooks` and `authorize` are its own, read anew at every use. */
  readonly configuration: ConfigurationInForce
  readonly playbooks: readonly Playbook[]
  readonly directory: Directory
  /** Whether the platform of an account vouches for it now. */
  readonly accountStandings: AccountStandings
  readonly onCall: OnCall | null
  /** The one authorization point (Cedar, deny by default). */
  readonly authorize: (request: AuthorizationRequest) => AuthorizationVerdict
  /** Seals an audit record: redacts, adds id and time, makes the canonical bytes and the leaf hash. */
  readonly seal: (record: AuditRecord) => SealedLeaf
  /** Takes out of what people write whatever `seal` takes out, so that tables keep no secret that the log does not. */
  readonly redact: Redactor
  /** How far the audit log is behind, as it was a moment ago. */
  readonly logDelay: () => Promise<LogDelay>
  /** Who read what of the record; it ends on the audit log, and keeps no read waiting. */
  readonly reads: ReadLog
  readonly actions: ActionRunner
  readonly metrics: Metrics | null
  readonly changeSources: readonly ChangeSource[]
  readonly deployState: DeployStateReader | null
  /** Systems that are asked what they know of an incident. */
  readonly evidenceSources: readonly EvidenceSource[]
  /** What lies between two revisions; null where no repository host is configured. */
  readonly commits: Commits | null
  readonly logs: Logs | null
  /** Who can tell what a step would change; an action that none of them knows has no preview. */
  readonly previewers: readonly ActionPreviewer[]
  readonly pictures: PictureRasterizer
  readonly model: LanguageModel | null
  /** The short way of a new incident's card, where a deliverer runs in this process. */
  readonly firstCards: FirstCards
}
