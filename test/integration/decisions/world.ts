import { redactTexts } from '../../../src/audit/redact-texts.ts'
import { createFirstCards } from '../../../src/orchestrator/outbox/first-cards.ts'
import { randomBytes } from 'node:crypto'
import { Client } from 'pg'
import { createTestDatabase } from '../../support/postgres.ts'
import { openDatabase } from '../../../src/store/database.ts'
import { openStores } from '../../../src/store/open-stores.ts'
import { parsePlaybook } from '../../../src/playbooks/parse-playbook.ts'
import { sealEntry } from '../../../src/audit/seal-entry.ts'
import { silentLogger } from '../../../src/kernel/silent-logger.ts'
import { systemClock } from '../../../src/kernel/clock.ts'
import { createUnitOfWork } from '../../../src/store/unit-of-work.ts'
import { uuidV7 } from '../../../src/kernel/ids.ts'
import { defaultPolicyEngine } from '../../unit/policy/default-policies.ts'
import { CONTRACT_EXAMPLE } from '../../unit/playbooks/contract-example.ts'
import { ScriptedActionRunner } from '../../fakes/scripted-action-runner.ts'
import { readLogOf } from '../../fakes/read-log-of.ts'
import { keptNowhere } from '../../fakes/kept-nowhere.ts'
import { everybodyIsMember } from '../../fakes/everybody-is-member.ts'
import type { ChangeEvent } from '../../../src/domain/change-event.ts'
import type { Database } from '../../../src/store/database.ts'
import type { Deps, Settings } from '../../../src/orchestrator/dependencies.ts'
import type { DeployHistoryEntry } from '../../../src/ports/deploy-state.ts'
import type { Incident } from '../../../src/domain/incident.ts'
import type { JobName, JobQueue } from '../../../src/ports/job-queue.ts'
import type { JsonObject } from '../../../src/kernel/json.ts'
import type { Person, Role } from '../../../src/domain/person.ts'
import type { Playbook } from '../../../src/domain/playbook.ts'
import type { Service } from '../../../src/domain/service-catalog.ts'
import type { Stores } from '../../../src/ports/stores.ts'

export function person(id: string, roles: Role[], groups: string[] = []): Person {
  return { id, name: `${id[0]?.toUpperCase() ?? ''}${id.slice(1)}`, slack: null, teams: null, groups, roles }
}

export const ANA = person('ana', ['responder', 'approver'], ['payments'])
export const BO = person('bo', ['responder', 'approver'], ['platform'])
export const CY = person('cy', ['responder', 'approver'], ['platform'])
export const DI = person('di', ['responder'], ['payments'])
export const EVE = person('eve', ['responder', 'commander'], [])

function service(name: string, criticality: Service['criticality'], change: Partial<Service> = {}): Service {
  return {
    name,
    owner: 'payments',
    dependsOn: [],
    system: null,
    criticality,
    argocd: { app: `${name}-app`, project: null },
    lambda: null,
    pagerdutyServiceId: null,
    repository: null,
    mode: null,
    links: [],
    ...change,
  }
}

/** What a test may change while the world goes on. */
export interface World {
  readonly deps: Deps
  readonly actions: ScriptedActionRunner
  readonly jobs: { readonly name: JobName; readonly data: JsonObject }[]
  /** Read anew for every decision. */
  people: readonly Person[]
  /** Newest first. */
  history: readonly DeployHistoryEntry[]
  /** The same database under another configuration: a replica. */
  replica(change: Omit<Partial<Deps>, 'settings'> & { readonly settings?: Partial<Settings> }): Deps
  /** As a superuser, for what only time or an attacker does. */
  query<Row extends object>(text: string, values?: readonly unknown[]): Promise<readonly Row[]>
  close(): Promise<void>
}

export function playbookOf(change: (text: string) => string = (text) => text): Playbook {
  const { playbook, problems } = parsePlaybook({ file: 'p.yaml', text: change(CONTRACT_EXAMPLE) })
  if (playbook === undefined) throw new Error(JSON.stringify(problems))
  return playbook
}

export async function openWorld(): Promise<World> {
  const test = await createTestDatabase()
  const database = await openDatabase({ url: test.url, applicationName: 'decisions', maxConnections: 8 })
  const admin = new Client({ connectionString: test.ownerUrl })
  await admin.connect()
  const actions = new ScriptedActionRunner()
  const jobs: { name: JobName; data: JsonObject }[] = []
  const queue: JobQueue = {
    enqueue: async (name, data) => {
      jobs.push({ name, data })
    },
  }
  const bind = (db: Database): Stores => openStores(db, { surfaces: ['console'], queueOf: () => queue })
  const base = {
    unitOfWork: createUnitOfWork(database.pool, bind),
    stores: bind(database.db),
    actions,
  }
  const world: World = {
    deps: undefined as unknown as Deps,
    actions,
    jobs,
    people: [ANA, BO, CY, DI, EVE],
    history: [],
    replica: ({ settings, ...change }) => ({
      ...world.deps,
      ...change,
      settings: { ...world.deps.settings, ...settings },
    }),
    query: async <Row extends object>(text: string, values: readonly unknown[] = []) => {
      const { rows } = await admin.query<Row>(text, [...values])
      return rows
    },
    close: async () => {
      await admin.end()
      await database.close()
      await test.drop()
    },
  }
  return Object.assign(world, { deps: depsOf(world, base) })
}

function depsOf(world: World, base: Pick<Deps, 'unitOfWork' | 'stores' | 'actions'>): Deps {
  const { authorize } = defaultPolicyEngine()
  const seal: Deps['seal'] = (record) => {
    const at = new Date()
    const entryId = uuidV7(at.getTime(), randomBytes)
    return sealEntry(record, { entryId, at, replica: 'test', build: 'test', secrets: [] })
  }
  return {
    ...base,
    clock: systemClock,
    log: silentLogger,
    randomBytes,
    telemetry: { count: () => undefined, observeSeconds: () => undefined },
    settings: SETTINGS,
    catalog: {
      services: new Map(
        [
          service('checkout', 2),
          service('shop', 3, { dependsOn: ['checkout'] }),
          service('orphan', 2, { owner: null }),
        ].map((each) => [each.name, each]),
      ),
    },
    playbooks: [playbookOf()],
    configuration: keptNowhere,
    accountStandings: everybodyIsMember,
    directory: {
      findById: (id) => world.people.find((each) => each.id === id),
      findByAccount: () => undefined,
      list: () => world.people,
    },
    onCall: null,
    authorize,
    seal,
    reads: readLogOf(base.stores.audit, seal),
    logDelay: () => base.stores.auditReader.describe(),
    metrics: null,
    firstCards: createFirstCards(),
    changeSources: [],
    previewers: [],
    deployState: {
      read: async (about) => ({
        app: about.argocd?.app ?? '',
        health: 'Degraded',
        sync: 'Synced',
        revision: world.history[0]?.revision ?? null,
        autoSync: true,
        operationPhase: null,
        history: world.history,
        url: null,
      }),
    },
    ...{ evidenceSources: [], commits: null, logs: null },
    redact: (value) => redactTexts(value, {}),
    pictures: { toPng: () => Promise.resolve(new Uint8Array([1, 2, 3])) },
    model: null,
  }
}

const SETTINGS: Settings = {
  mode: 'assist',
  replicaId: 'test',
  publicUrl: null,
  mapping: { service: ['service'], environment: ['environment'] },
  linkHosts: [],
  groupingWindowMs: 300_000,
  changesLookbackMs: 7_200_000,
  instanceMetrics: null,
  goldenSignals: null,
  logQuery: null,
  approvalsTtlMs: 900_000,
  // The few people of a test press more often than anybody does; T26 sets its own limit.
  escalateAt: [0.4, 0.7],
  fatigue: { decisions: 1_000_000, perMs: 600_000 },
  breakGlass: { playbooks: [], forMs: 3_600_000, reviewMs: 172_800_000 },
  auditReview: { minuteOfDay: 0, channels: [] },
  // Nobody numbers the log here, however long a test takes; what is about that sets its own limit.
  logDelayMs: Infinity,
  freezeWindows: [],
  inflightWindowMs: 100,
  leaseMs: 5_000,
  roomFrom: null,
  decidesInConsole: true,
  routes: [],
}

export interface Scene {
  readonly incident: Incident
  readonly change: ChangeEvent
}

let scenes = 0

/** A bad deploy of the service: an incident with a firing alert, the deploy as leading suspect, and the app's history. */
export async function openScene(
  world: World,
  options: { service?: string; environment?: string | null; probability?: number } = {},
): Promise<Scene> {
  const { stores } = world.deps
  const name = options.service ?? 'checkout'
  const environment = options.environment === undefined ? 'production' : options.environment
  scenes += 1
  const revision = `7f3c${String(scenes).padStart(4, '0')}`
  const now = new Date()
  const before = (minutes: number) => new Date(now.getTime() - minutes * 60_000)
  const incident = await stores.incidents.open({
    title: `Many errors on ${name}`,
    service: name,
    environment,
    severity: 'SEV2',
    origin: 'alerts',
    onsetAt: now,
  })
  await stores.alerts.upsert([firingAlert(incident, name, environment)])
  const { change } = await stores.changes.record({
    source: 'argocd',
    sourceId: `${name}:${revision}`,
    kind: 'deploy',
    service: name,
    environment,
    at: before(5),
    finishedAt: before(4),
    revision,
    previous: null,
    actor: 'ci',
    url: null,
    summary: null,
    outcome: 'succeeded',
  })
  const probability = options.probability ?? 0.83
  await stores.findings.save(incident.id, {
    suspects: [
      { changeId: change.id, service: name, kind: 'deploy', at: change.at, revision, probability, reasons: [] },
    ],
    collectedAt: now,
  })
  const entry = (id: string, own: string, minutes: number): DeployHistoryEntry => ({
    id,
    revision: own,
    deployedAt: before(minutes),
    deployStartedAt: null,
    initiatedBy: 'ci',
  })
  world.history = [entry('42', revision, 5), entry('41', '1b22000', 60), entry('40', '0a11000', 600)]
  world.actions.states.set(`${name}-app`, { historyId: '42', revision, autoSync: true, operation: null })
  return { incident, change }
}

/** A second incident with the same facts. */
export async function openTwin(world: World, { incident }: Scene, service = incident.service): Promise<Incident> {
  const { stores } = world.deps
  const { title, environment, severity, origin, onsetAt } = incident
  const twin = await stores.incidents.open({ title, environment, severity, origin, onsetAt, service })
  const { suspects } = await stores.findings.get(incident.id)
  await stores.findings.save(twin.id, { suspects })
  await stores.alerts.upsert([firingAlert(twin, service ?? 'none', environment)])
  return twin
}

function firingAlert(incident: Incident, name: string, environment: string | null) {
  return {
    incidentId: incident.id,
    fingerprint: `f-${incident.id}`,
    source: 'alertmanager',
    status: 'firing' as const,
    name: 'HighErrorRate',
    service: name,
    environment,
    severity: 'SEV2' as const,
    labels: { alertname: 'HighErrorRate', severity: 'critical', service: name },
    annotations: {},
    startsAt: incident.onsetAt,
    endsAt: null,
    generatorUrl: null,
  }
}

/** This many runs of the playbook have succeeded here, so that it is not novel. */
export async function recordSuccesses(world: World, service: string, count: number): Promise<void> {
  const own = world.deps.catalog.services.get(service)
  for (let index = 0; index < count; index += 1) {
    await world.deps.stores.playbookRecords.append({
      playbook: 'rollback-bad-deploy',
      service,
      owner: own?.owner ?? null,
      criticality: own?.criticality ?? null,
      outcome: 'succeeded',
      runId: `RUN-past-${service}-${String(index)}-${uuidV7(Date.now(), randomBytes)}`,
    })
  }
}

/** Events of the audit log about one incident, in order. */
export async function auditEvents(world: World, incidentId: string): Promise<readonly string[]> {
  const rows = await world.query<{ event: string; outcome: string; reason: string | null }>(
    `SELECT event, convert_from(bytes, 'UTF8')::jsonb ->> 'outcome' AS outcome,
            convert_from(bytes, 'UTF8')::jsonb ->> 'reasonCode' AS reason
       FROM audit_leaves WHERE incident_id = $1 ORDER BY id`,
    [incidentId],
  )
  return rows.map(({ event, outcome, reason }) => (outcome === 'refused' ? `${event} (${reason ?? ''})` : event))
}
