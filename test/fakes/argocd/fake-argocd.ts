import { VendorServer } from '../vendor-server.ts'
import { act, describeResource } from './fake-resources.ts'
import { describeApplication } from './describe-application.ts'
import type { FakeAnswer, SeenRequest } from '../vendor-server.ts'
import type { FakeApp, FakeOperation } from './describe-application.ts'
import type { FakeResource } from './fake-resources.ts'

export const FAKE_TOKEN = 'fake-argocd-token-9c1d'
const FAKE_ACCOUNT = 'proj:payments:countersign'

export interface FakeEffect {
  readonly kind: 'rollback' | 'sync' | 'auto-sync' | 'terminate' | 'restart' | 'abort' | 'promote-full' | 'resume'
  readonly app: string
  readonly detail: string
}

const STARTED = Date.parse('2026-11-21T08:00:00Z')

/**
 * Argo CD as far as CONNECTORS C.1 describes it: one operation at a time, requested before it is picked up, history for
 * successful whole syncs, rollback refused under auto-sync. Time is its own and moves a second with each event.
 */
export class FakeArgoCd {
  readonly server: VendorServer
  readonly effects: FakeEffect[] = []
  readonly apps = new Map<string, FakeApp>()
  readonly resources: FakeResource[] = []
  /** Whether each reading of an app moves its operation one step on. */
  movesOnRead = true
  /** The token may do this, besides reading. */
  readonly permissions = new Set(['sync', 'update'])
  /** As when an ApplicationSet owns the app: changes of the sync policy are undone at once. */
  revertsAutoSync = false
  failsNextOperation: string | null = null
  /** What Git tells of a revision; one without an entry is not known. */
  readonly commits = new Map<string, { readonly author: string; readonly message: string }>()
  /** What a revision renders, each manifest as JSON; one without an entry cannot be rendered. */
  readonly rendered = new Map<string, readonly string[]>()
  /** What it answers when asked for an app's sync windows; without any it can be synced. */
  syncWindows: object = { canSync: true }
  /** What Kubernetes noted about an app, by its name. */
  readonly events = new Map<string, readonly object[]>()
  #seconds = 0

  constructor() {
    this.server = new VendorServer((request) => this.#answer(request))
  }

  static async start(): Promise<FakeArgoCd> {
    const fake = new FakeArgoCd()
    await fake.server.listen()
    return fake
  }

  /** An app with these revisions in its history, oldest first, ids from `firstId` on. */
  addApp(name: string, revisions: readonly string[], options: { firstId?: number; autoSync?: boolean } = {}): FakeApp {
    const app: FakeApp = {
      name,
      namespace: 'argocd',
      project: 'payments',
      targetRevision: 'main',
      head: null,
      automated: options.autoSync === true ? { enabled: undefined, prune: true, selfHeal: true } : null,
      history: revisions.map((revision, index) => ({
        id: (options.firstId ?? 40) + index,
        revision,
        startedAt: this.now(),
        deployedAt: this.now(),
        username: 'ana',
      })),
      operation: null,
      operationState: null,
      health: 'Healthy',
      sync: 'Synced',
      reconciledAt: this.now(),
    }
    this.apps.set(name, app)
    return app
  }

  countEffects(kind: FakeEffect['kind']): number {
    return this.effects.filter((effect) => effect.kind === kind).length
  }

  now(): string {
    this.#seconds += 1
    return new Date(STARTED + this.#seconds * 1000).toISOString().replace('.000Z', 'Z')
  }

  /** requested → running → applied, health unknown → healthy */
  move(app: FakeApp): void {
    const state = app.operationState
    if (app.operation !== null && state === null) {
      app.operationState = {
        ...app.operation,
        phase: 'Running',
        message: 'waiting for deployment',
        startedAt: this.now(),
      }
    } else if (app.operation !== null && state !== null) {
      this.#finish(app)
    } else if (app.health === 'Progressing') {
      app.health = 'Healthy'
      app.reconciledAt = this.now()
    }
  }

  /** Somebody else's operation, as from Argo CD's own page. */
  startForeign(app: FakeApp, revision: string, username = 'bob'): void {
    this.#setOperation(app, { kind: 'sync', revision, username, infos: [], partial: false })
  }

  #finish(app: FakeApp): void {
    const operation = app.operation
    const state = app.operationState
    if (operation === null || state === null) return
    const failure = this.failsNextOperation
    this.failsNextOperation = null
    const finishedAt = this.now()
    app.operation = null
    app.operationState = {
      ...state,
      phase: failure === null ? 'Succeeded' : 'Failed',
      message: failure ?? 'successfully synced (all tasks run)',
      finishedAt,
    }
    if (failure !== null) return
    app.health = 'Progressing'
    app.sync = operation.kind === 'rollback' ? 'OutOfSync' : 'Synced'
    if (operation.partial) return
    const id = Math.max(-1, ...app.history.map((entry) => entry.id)) + 1
    const entry = { id, revision: operation.revision, startedAt: state.startedAt, deployedAt: finishedAt }
    app.history.push({ ...entry, username: operation.username })
    while (app.history.length > 10) app.history.shift()
  }

  #setOperation(app: FakeApp, operation: FakeOperation): void {
    app.operation = operation
    // Between request and pick-up only `.operation` exists.
    app.operationState = null
  }

  #answer(request: SeenRequest): FakeAnswer {
    if (request.headers.authorization !== `Bearer ${FAKE_TOKEN}`) return refusal(401, 16, 'invalid session: token')
    if (request.path === '/api/v1/session/userinfo') {
      return ok({ loggedIn: true, username: FAKE_ACCOUNT, iss: 'argocd' })
    }
    const canI = /^\/api\/v1\/account\/can-i\/applications\/([a-z]+)\/.+$/.exec(request.path)
    return canI === null
      ? this.#answerForApp(request)
      : ok({ value: this.permissions.has(canI[1] ?? '') ? 'yes' : 'no' })
  }

  #answerForApp(request: SeenRequest): FakeAnswer {
    const [, name = '', verb = ''] = /^\/api\/v1\/applications\/([^/]+)(?:\/(.+))?$/.exec(request.path) ?? []
    const body = (request.body ?? {}) as Record<string, unknown>
    const project = request.query.get('project') ?? body['project']
    const app = this.apps.get(decodeURIComponent(name))
    if (app === undefined) {
      // Without a project Argo CD does not tell the missing from the forbidden.
      const isNamed = typeof project === 'string'
      return isNamed ? refusal(404, 5, `application ${name} not found`) : refusal(403, 7, 'permission denied')
    }
    const told = this.#tellOfRevision(request)
    if (told !== undefined) return told
    return verb.startsWith('resource')
      ? this.#answerForResource(request, app, verb)
      : this.#answerForOperation(`${request.method} ${verb}`, app, body)
  }

  #tellOfRevision({ path, query }: SeenRequest): FakeAnswer | undefined {
    const [, revision] = /\/revisions\/([^/]+)\/metadata$/.exec(path) ?? []
    if (revision !== undefined) {
      const commit = this.commits.get(decodeURIComponent(revision))
      if (commit === undefined) return refusal(404, 5, `revision ${revision} not found`)
      return ok({ ...commit, date: '2026-11-21T08:00:00Z', tags: [] })
    }
    if (!path.endsWith('/manifests')) return undefined
    const asked = query.get('revision') ?? ''
    const manifests = this.rendered.get(asked)
    if (manifests === undefined) return refusal(400, 9, `Unable to resolve '${asked}' to a commit SHA`)
    return ok({
      manifests,
      namespace: 'shop',
      server: 'https://kubernetes.default.svc',
      revision: asked,
      sourceType: 'Kustomize',
    })
  }

  #answerForOperation(call: string, app: FakeApp, body: Record<string, unknown>): FakeAnswer {
    switch (call) {
      case 'GET ':
        return this.#read(app)
      case 'GET syncwindows':
        return ok(this.syncWindows)
      case 'GET events':
        return ok({ metadata: {}, items: this.events.get(app.name) ?? null })
      case 'POST rollback':
        return this.#rollback(app, body)
      case 'POST sync':
        return this.#sync(app, body)
      case 'PATCH ':
        return this.#patch(app, body)
      case 'DELETE operation':
        return this.#terminate(app)
      default:
        return refusal(404, 5, 'Not Found')
    }
  }

  #answerForResource(request: SeenRequest, app: FakeApp, verb: string): FakeAnswer {
    const body = (request.body ?? {}) as Readonly<Record<string, unknown>>
    const told = (field: string) => request.query.get(field) ?? body[field]
    const resource = this.resources.find(
      ({ kind, namespace, name }) =>
        kind === told('kind') && namespace === told('namespace') && name === told('resourceName'),
    )
    if (resource === undefined) return refusal(404, 5, 'resource not found as part of application')
    if (verb === 'resource') return describeResource(resource)
    const action = String(body['action'])
    const before = JSON.stringify(resource)
    if (!act(resource, action, this.now())) return refusal(400, 3, `action not supported: ${action}`)
    if (JSON.stringify(resource) === before) return ok({})
    this.effects.push({ kind: action as FakeEffect['kind'], app: app.name, detail: resource.name })
    return ok({})
  }

  #terminate(app: FakeApp): FakeAnswer {
    if (app.operation === null) return refusal(400, 3, 'Unable to terminate operation. No operation is in progress')
    this.effects.push({ kind: 'terminate', app: app.name, detail: app.operation.revision })
    app.operationState ??= { ...app.operation, phase: 'Running', message: '', startedAt: this.now() }
    app.operationState = { ...app.operationState, phase: 'Failed', message: 'terminated', finishedAt: this.now() }
    app.operation = null
    return ok({})
  }

  #read(app: FakeApp): FakeAnswer {
    const answer = ok(describeApplication(app))
    if (this.movesOnRead) this.move(app)
    return answer
  }

  #rollback(app: FakeApp, body: Record<string, unknown>): FakeAnswer {
    const entry = app.history.find((each) => each.id === body['id'])
    if (isAutoSyncOn(app)) return refusal(400, 9, 'rollback cannot be initiated when auto-sync is enabled')
    if (entry === undefined) return refusal(400, 3, `application ${app.name} does not have deployment with that id`)
    if (app.operation !== null) return refusal(400, 9, 'another operation is already in progress')
    const { revision } = entry
    this.#setOperation(app, { kind: 'rollback', revision, username: FAKE_ACCOUNT, infos: [], partial: false })
    this.effects.push({ kind: 'rollback', app: app.name, detail: revision })
    return ok(describeApplication(app))
  }

  #sync(app: FakeApp, body: Record<string, unknown>): FakeAnswer {
    const revision = typeof body['revision'] === 'string' ? body['revision'] : `head-of-${app.targetRevision}`
    if (isAutoSyncOn(app) && body['revision'] !== undefined) {
      return refusal(400, 9, `Cannot sync to ${revision}: auto-sync currently set to ${app.targetRevision}`)
    }
    if (app.operation !== null) return refusal(400, 9, 'another operation is already in progress')
    const infos = (body['infos'] ?? []) as FakeOperation['infos']
    const partial = Array.isArray(body['resources'])
    this.#setOperation(app, { kind: 'sync', revision, username: FAKE_ACCOUNT, infos, partial })
    this.effects.push({ kind: 'sync', app: app.name, detail: revision })
    return ok(describeApplication(app))
  }

  /** While auto-sync is on, what Git holds is deployed without being asked for. */
  #syncByItself(app: FakeApp): void {
    const isBehind = app.head !== null && app.head !== app.history.at(-1)?.revision
    if (!isAutoSyncOn(app) || app.head === null || !isBehind || app.operation !== null) return
    this.#setOperation(app, { kind: 'sync', revision: app.head, username: '', infos: [], partial: false })
    this.effects.push({ kind: 'sync', app: app.name, detail: app.head })
  }

  #patch(app: FakeApp, body: Record<string, unknown>): FakeAnswer {
    if (body['patchType'] !== 'merge' || typeof body['patch'] !== 'string') return refusal(400, 3, 'unknown patch')
    const patch = JSON.parse(body['patch']) as { spec: { syncPolicy: { automated: { enabled: boolean } } } }
    const { enabled } = patch.spec.syncPolicy.automated
    // Asking for what stands already is no effect.
    if (enabled !== isAutoSyncOn(app)) {
      this.effects.push({ kind: 'auto-sync', app: app.name, detail: String(enabled) })
    }
    if (!this.revertsAutoSync) app.automated = { ...(app.automated ?? { prune: false, selfHeal: false }), enabled }
    this.#syncByItself(app)
    return ok(describeApplication(app))
  }
}

function isAutoSyncOn(app: FakeApp): boolean {
  return app.automated !== null && app.automated.enabled !== false
}

function ok(body: unknown): FakeAnswer {
  return { status: 200, body }
}

function refusal(status: number, code: number, message: string): FakeAnswer {
  return { status, body: { error: message, code, message } }
}
