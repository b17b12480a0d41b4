import { VendorRejectedError } from '../../kernel/vendor-errors.ts'
import { parseAnswer } from '../shared/parse-answer.ts'
import { sendRequest } from '../shared/http-request.ts'
import {
  Accepted,
  Application,
  CanI,
  EventsAnswer,
  LiveResource,
  ManifestsAnswer,
  ResourceAnswer,
  RevisionMetadata,
  SyncWindows,
  UserInfo,
} from './schema.ts'
import type { z } from 'zod'
import type { JsonObject } from '../../kernel/json.ts'
import type { HttpRequest, HttpTiming } from '../shared/http-request.ts'
import type { AppReference } from './app-name.ts'

export interface ArgoCdClientOptions {
  readonly url: URL
  readonly token: string
  /** For one call; default 10 s. */
  readonly timeoutMs?: number
  readonly onTiming?: (timing: HttpTiming) => void
}

export interface SyncRequest {
  readonly revision: string | null
  readonly prune: boolean
  readonly resources: readonly JsonObject[] | null
  readonly infos: readonly { readonly name: string; readonly value: string }[]
}

/** A resource that an app manages. */
export interface ResourceReference {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly namespace: string
  readonly name: string
}

const ARGO_CD = 'Argo CD'
const DEFAULT_TIMEOUT_MS = 10_000

/** Argo CD's REST interface, as far as we use it. One attempt per call; errors are those of kernel/vendor-errors.ts. */
export class ArgoCdClient {
  readonly #options: ArgoCdClientOptions
  #account: string | null = null

  constructor(options: ArgoCdClientOptions) {
    this.#options = options
  }

  get timeoutMs(): number {
    return this.#options.timeoutMs ?? DEFAULT_TIMEOUT_MS
  }

  getApplication(app: AppReference, signal: AbortSignal): Promise<Application> {
    return this.#call('GET', pathOf(app), { query: queryOf(app), effect: false, signal }, Application)
  }

  /** The same after Argo CD has looked at Git anew: `status.sync.revision` is then what the target resolves to now. */
  refreshApplication(app: AppReference, signal: AbortSignal): Promise<Application> {
    const query = new URLSearchParams({ ...bodyOf(app), refresh: 'normal' })
    return this.#call('GET', pathOf(app), { query, effect: false, signal }, Application)
  }

  /** Author, date and message of one commit. */
  getRevisionMetadata(app: AppReference, revision: string, signal: AbortSignal): Promise<RevisionMetadata> {
    const path = `${pathOf(app)}/revisions/${encodeURIComponent(revision)}/metadata`
    return this.#call('GET', path, { query: queryOf(app), effect: false, signal }, RevisionMetadata)
  }

  /** What the app would be at this revision, rendered with its source of today; only a reading, no dry run. */
  getManifests(app: AppReference, revision: string, signal: AbortSignal): Promise<ManifestsAnswer> {
    const query = new URLSearchParams({ ...bodyOf(app), revision })
    return this.#call('GET', `${pathOf(app)}/manifests`, { query, effect: false, signal }, ManifestsAnswer)
  }

  /** When this app may be synced, and whether by hand now: Argo CD's own judgement of all its windows. */
  getSyncWindows(app: AppReference, signal: AbortSignal): Promise<SyncWindows> {
    const path = `${pathOf(app)}/syncwindows`
    return this.#call('GET', path, { query: queryOf(app), effect: false, signal }, SyncWindows)
  }

  /** What Kubernetes noted about the app itself; of an app that is not there, nothing. */
  async listEvents(app: AppReference, signal: AbortSignal): Promise<EventsAnswer> {
    try {
      return await this.#call(
        'GET',
        `${pathOf(app)}/events`,
        { query: queryOf(app), effect: false, signal },
        EventsAnswer,
      )
    } catch (error) {
      if (error instanceof VendorRejectedError && error.status === 404) return { items: [] }
      throw error
    }
  }

  /** Asynchronous: the answer only says that the operation was requested. */
  requestRollback(app: AppReference, id: number, prune: boolean, signal: AbortSignal): Promise<Application> {
    const body = { name: app.name, id, prune, ...bodyOf(app) }
    return this.#call('POST', `${pathOf(app)}/rollback`, { body, effect: true, signal }, Application)
  }

  /** Asynchronous, as above. */
  requestSync(app: AppReference, request: SyncRequest, signal: AbortSignal): Promise<Application> {
    const body = {
      name: app.name,
      prune: request.prune,
      infos: request.infos,
      ...(request.revision === null ? {} : { revision: request.revision }),
      ...(request.resources === null ? {} : { resources: request.resources }),
      ...bodyOf(app),
    }
    return this.#call('POST', `${pathOf(app)}/sync`, { body, effect: true, signal }, Application)
  }

  /** Asynchronous: the running operation goes through `Terminating` to its end. */
  async terminate(app: AppReference, signal: AbortSignal): Promise<void> {
    const path = `${pathOf(app)}/operation`
    await this.#call('DELETE', path, { query: queryOf(app), effect: true, signal }, Accepted)
  }

  /** A resource as it is in the cluster now. */
  async getResource(app: AppReference, resource: ResourceReference, signal: AbortSignal): Promise<LiveResource> {
    const query = new URLSearchParams({ ...bodyOf(app), ...namesOf(resource) })
    const path = `${pathOf(app)}/resource`
    const { manifest } = await this.#call('GET', path, { query, effect: false, signal }, ResourceAnswer)
    return parseAnswer({ vendor: ARGO_CD, effect: false }, LiveResource, new TextEncoder().encode(manifest))
  }

  /** One of the actions that Argo CD knows for this kind, such as `restart`. */
  async runResourceAction(
    app: AppReference,
    resource: ResourceReference,
    action: string,
    signal: AbortSignal,
  ): Promise<void> {
    const body = { name: app.name, ...bodyOf(app), ...namesOf(resource), action }
    await this.#call('POST', `${pathOf(app)}/resource/actions/v2`, { body, effect: true, signal }, Accepted)
  }

  /** `enabled: false` keeps prune and selfHeal as they are, so that switching on again restores them. */
  setAutoSync(app: AppReference, enabled: boolean, signal: AbortSignal): Promise<Application> {
    const patch = JSON.stringify({ spec: { syncPolicy: { automated: { enabled } } } })
    const body = { name: app.name, patchType: 'merge', patch, ...bodyOf(app) }
    return this.#call('PATCH', pathOf(app), { body, effect: true, signal }, Application)
  }

  /**
   * The name under which our operations appear as `initiatedBy.username`; null when Argo CD does not tell. It belongs
   * to the token, so one answer is good for as long as this client lives.
   */
  async findAccount(signal: AbortSignal): Promise<string | null> {
    if (this.#account !== null) return this.#account
    try {
      const info = await this.#call('GET', '/api/v1/session/userinfo', { effect: false, signal }, UserInfo)
      if (info.loggedIn === true && info.username) this.#account = info.username
      return this.#account
    } catch (cause) {
      if (cause instanceof VendorRejectedError) return null
      throw cause
    }
  }

  async mayDo(action: string, app: AppReference, project: string, signal: AbortSignal): Promise<boolean> {
    const object = app.namespace === null ? [project, app.name] : [project, app.namespace, app.name]
    const path = `/api/v1/account/can-i/applications/${action}/${object.map(encodeURIComponent).join('/')}`
    const answer = await this.#call('GET', path, { effect: false, signal }, CanI)
    return answer.value === 'yes'
  }

  /** The app's page in Argo CD's own interface. */
  pageOf(app: AppReference, namespace: string | null | undefined): string {
    const parts = [app.namespace ?? namespace, app.name].filter((part) => part != null)
    return `${this.#base()}/applications/${parts.map(encodeURIComponent).join('/')}`
  }

  #base(): string {
    const { url } = this.#options
    return `${url.origin}${url.pathname.replace(/\/+$/, '')}`
  }

  async #call<Output>(
    method: HttpRequest['method'],
    path: string,
    call: {
      readonly query?: URLSearchParams
      readonly body?: object
      readonly effect: boolean
      readonly signal: AbortSignal
    },
    schema: z.ZodType<Output>,
  ): Promise<Output> {
    const query = call.query?.toString() ?? ''
    const response = await sendRequest({
      vendor: ARGO_CD,
      method,
      url: `${this.#base()}${path}${query === '' ? '' : `?${query}`}`,
      headers: {
        authorization: `Bearer ${this.#options.token}`,
        accept: 'application/json',
        ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      timeoutMs: this.timeoutMs,
      signal: call.signal,
      effect: call.effect,
      ...(this.#options.onTiming === undefined ? {} : { onTiming: this.#options.onTiming }),
    })
    return parseAnswer({ vendor: ARGO_CD, effect: call.effect }, schema, response.bytes)
  }
}

/** The manifest travels as a text of its own. */
function namesOf({ group, version, kind, namespace, name }: ResourceReference) {
  return { group, version, kind, namespace, resourceName: name }
}

function pathOf(app: AppReference): string {
  return `/api/v1/applications/${encodeURIComponent(app.name)}`
}

function bodyOf(app: AppReference): { project?: string; appNamespace?: string } {
  return {
    ...(app.project === null ? {} : { project: app.project }),
    ...(app.namespace === null ? {} : { appNamespace: app.namespace }),
  }
}

function queryOf(app: AppReference): URLSearchParams {
  return new URLSearchParams(bodyOf(app))
}
