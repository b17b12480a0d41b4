import { ACCOUNT, currentEntry, isAutoSyncOn } from './app.ts'
import { revisionFor } from '../world/revision.ts'
import type { App, AppEvent, Operation } from './app.ts'
import type { Tell, WorldEvent } from '../world/event.ts'
import type { WorldFile } from '../world/world-file.ts'

export interface ArgoCdWorldSettings {
  readonly file: WorldFile
  readonly startMs: number
  readonly tell: Tell
  /** New pods serve from this moment on. */
  readonly onRunning: (service: string, version: string, atMs: number) => void
  readonly onFinished: (app: App) => void
}

export interface Pushed {
  readonly service: string
  readonly version: string
  readonly by: string
  /** Of its newest commit. */
  readonly message?: string | undefined
}

const PICKED_UP_AFTER_MS = 250
const APPLIED_AFTER_MS = 600
const HEALTHY_AFTER_MS = 200
const HISTORY_LIMIT = 10
/** Kubernetes forgets its events after an hour; no app has more operations in that time. */
const EVENTS_LIMIT = 40
const NOT_IN_PROGRESS = 'Unable to terminate operation. No operation is in progress'

/** Refused by Argo CD's rules; the code is gRPC's. */
export class ArgoCdRefusal extends Error {
  readonly code: number

  constructor(code: number, message: string) {
    super(message)
    this.name = 'ArgoCdRefusal'
    this.code = code
  }
}

/**
 * Argo CD's applications. An operation goes requested -> running -> applied (new pods serve, the entry is in the
 * history) -> healthy, each after a while; one at a time for each app; and as long as auto-sync is on, whatever Git's
 * main branch says is deployed without being asked for.
 */
export class ArgoCdWorld {
  readonly #settings: ArgoCdWorldSettings
  readonly #apps: ReadonlyMap<string, App>

  constructor(settings: ArgoCdWorldSettings) {
    this.#settings = settings
    this.#apps = new Map(createApps(settings).map((app) => [app.name, app]))
  }

  find(name: string): App | undefined {
    return this.#apps.get(name)
  }

  /** A new version on Git's main branch. */
  push(deploy: Pushed, atMs: number): void {
    const { service, version, by } = deploy
    const app = [...this.#apps.values()].find((each) => each.service === service)
    if (app === undefined) throw new Error(`The sandbox's ${service} has no Argo CD application.`)
    const message = deploy.message ?? `${service} ${version}`
    app.head = { version, revision: revisionFor(service, version), by, message }
    this.#tell('deploy.pushed', app, `${by} merges ${service} ${version}`, atMs)
    this.advance(atMs)
  }

  rollback(app: App, id: number, atMs: number): void {
    const entry = app.history.find((each) => each.id === id)
    if (isAutoSyncOn(app)) throw new ArgoCdRefusal(9, 'rollback cannot be initiated when auto-sync is enabled')
    if (entry === undefined) {
      throw new ArgoCdRefusal(3, `application ${app.name} does not have deployment with id ${id}`)
    }
    const { version, revision } = entry
    this.#request(app, { kind: 'rollback', version, revision, username: ACCOUNT, infos: [], isPartial: false }, atMs)
    this.#tell('rollback.requested', app, `rollback of ${app.name} to ${version} requested`, atMs)
  }

  sync(
    app: App,
    asked: { readonly revision: string | undefined; readonly infos: Operation['infos']; readonly isPartial: boolean },
    atMs: number,
  ): void {
    const { revision, infos, isPartial } = asked
    const isOther = revision !== undefined && revision !== 'main' && revision !== app.head.revision
    if (isAutoSyncOn(app) && isOther) {
      throw new ArgoCdRefusal(9, `Cannot sync to ${revision}: auto-sync currently set to main`)
    }
    const known = isOther ? app.history.find((entry) => entry.revision === revision) : app.head
    if (known === undefined) throw new ArgoCdRefusal(3, `Unable to resolve '${revision ?? ''}' to a commit SHA`)
    const operation = { version: known.version, revision: known.revision, infos, isPartial }
    this.#request(app, { kind: 'sync', username: ACCOUNT, ...operation }, atMs)
    this.#tell('sync.requested', app, `sync of ${app.name} to ${known.version} requested`, atMs)
  }

  setAutoSync(app: App, enabled: boolean, atMs: number): void {
    app.automated = { ...app.automated, enabled }
    this.#tell('auto-sync.set', app, `auto-sync of ${app.name} switched ${enabled ? 'on' : 'off'}`, atMs)
  }

  terminate(app: App, atMs: number): void {
    if (app.operation === null || app.state === null) throw new ArgoCdRefusal(3, NOT_IN_PROGRESS)
    app.state.phase = 'Failed'
    app.state.message = 'Operation terminated'
    this.#finish(app, atMs)
  }

  advance(atMs: number): void {
    for (const app of this.#apps.values()) this.#advanceApp(app, atMs)
  }

  #advanceApp(app: App, atMs: number): void {
    if (app.operation === null && isAutoSyncOn(app) && currentEntry(app)?.revision !== app.head.revision) {
      const { version, revision } = app.head
      const automated = { username: null, infos: [], isPartial: false }
      this.#request(app, { kind: 'sync', version, revision, ...automated }, atMs)
      this.#tell('operation.requested', app, `auto-sync deploys ${app.name} ${version}`, atMs)
    }
    this.#moveOperation(app, atMs)
    if (app.health === 'Progressing' && app.healthyAtMs !== null && atMs >= app.healthyAtMs) {
      app.health = 'Healthy'
      note(app, 'ResourceUpdated', 'Updated health status: Progressing -> Healthy', app.healthyAtMs)
      // Argo CD's times have whole seconds: the reading must not look older than the end of the operation.
      app.reconciledAtMs = atMs
    }
  }

  #moveOperation(app: App, atMs: number): void {
    if (app.operation === null) return
    const { of: operation, requestedAtMs } = app.operation
    const age = atMs - requestedAtMs
    if (app.state === null && age >= PICKED_UP_AFTER_MS) {
      const running = { phase: 'Running' as const, message: 'waiting for completion of hook and pods' }
      app.state = { operation, ...running, startedAtMs: requestedAtMs + PICKED_UP_AFTER_MS, finishedAtMs: null }
    }
    if (app.state === null || age < APPLIED_AFTER_MS) return
    app.state.phase = 'Succeeded'
    app.state.message = 'successfully synced (all tasks run)'
    this.#apply(app, operation, requestedAtMs + APPLIED_AFTER_MS)
    this.#finish(app, requestedAtMs + APPLIED_AFTER_MS)
  }

  #apply(app: App, operation: Operation, atMs: number): void {
    if (app.health === 'Healthy') {
      note(app, 'ResourceUpdated', 'Updated health status: Healthy -> Progressing', atMs)
    }
    app.health = 'Progressing'
    app.healthyAtMs = atMs + HEALTHY_AFTER_MS
    if (operation.isPartial) return
    const id = (currentEntry(app)?.id ?? -1) + 1
    const { version, revision, username } = operation
    const startedAtMs = app.state?.startedAtMs ?? atMs
    const message = this.#messageOf(app, revision)
    app.history.push({ id, version, revision, message, username, startedAtMs, deployedAtMs: atMs })
    while (app.history.length > HISTORY_LIMIT) app.history.shift()
    this.#settings.onRunning(app.service, version, atMs)
    this.#tell('version.running', app, `${app.name} ${version} serves`, atMs)
  }

  #messageOf(app: App, revision: string): string {
    return [app.head, ...app.history].find((each) => each.revision === revision)?.message ?? ''
  }

  #finish(app: App, atMs: number): void {
    const { state } = app
    if (state === null) return
    state.finishedAtMs = atMs
    app.operation = null
    const { revision, isPartial } = state.operation
    const what = isPartial ? 'Partial sync operation' : 'Sync operation'
    const became = state.phase === 'Succeeded' ? 'succeeded' : `failed: ${state.message}`
    note(app, 'OperationCompleted', `${what} to ${revision} ${became}`, atMs)
    this.#tell('operation.finished', app, `operation on ${app.name}: ${state.phase}`, atMs)
    this.#settings.onFinished(app)
  }

  #request(app: App, operation: Operation, atMs: number): void {
    if (app.operation !== null) throw new ArgoCdRefusal(9, 'another operation is already in progress')
    app.operation = { of: operation, requestedAtMs: atMs }
    const { kind, revision, username } = operation
    const by = username === null ? 'Initiated automated' : `${username} initiated`
    note(app, 'OperationStarted', `${by} ${kind} to ${revision}`, atMs)
    // Between request and pick-up only `.operation` exists.
    app.state = null
  }

  #tell(kind: WorldEvent['kind'], app: App, text: string, atMs: number): void {
    this.#settings.tell({ at: new Date(atMs), from: 'Argo CD', kind, subject: app.name, text })
  }
}

function note(app: App, reason: AppEvent['reason'], message: string, atMs: number): void {
  app.events.push({ reason, message, atMs, isWarning: message.includes(' failed: ') })
  while (app.events.length > EVENTS_LIMIT) app.events.shift()
}

function createApps({ file, startMs }: ArgoCdWorldSettings): readonly App[] {
  return file.services.flatMap((service): readonly App[] => {
    if (service.app === undefined) return []
    const history = service.deploys.slice(-HISTORY_LIMIT).map((deploy, index) => ({
      id: index,
      version: deploy.version,
      revision: revisionFor(service.name, deploy.version),
      message: `${service.name} ${deploy.version}`,
      startedAtMs: startMs - deploy.ago - APPLIED_AFTER_MS,
      deployedAtMs: startMs - deploy.ago,
      username: deploy.by === 'auto-sync' ? null : deploy.by,
    }))
    const top = history.at(-1)
    const head = {
      ...{ version: top?.version ?? '', revision: top?.revision ?? '', message: top?.message ?? '' },
      by: top?.username ?? 'auto-sync',
    }
    return [
      {
        ...{ name: service.app, service: service.name, project: file.project, head, history, events: [] },
        automated: { enabled: undefined, prune: true, selfHeal: true },
        ...{ operation: null, state: null, health: 'Healthy', healthyAtMs: null, reconciledAtMs: startMs },
      },
    ]
  })
}
