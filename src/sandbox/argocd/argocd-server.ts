import { z } from 'zod'
import { ACCOUNT, NAMESPACE, describeApp, describeEvents, describeManifests } from './app.ts'
import { ArgoCdRefusal } from './argocd-world.ts'
import { openLoopbackServer } from '../http/loopback-server.ts'
import { readJson } from '../http/read-json.ts'
import type { App } from './app.ts'
import type { ArgoCdWorld } from './argocd-world.ts'
import type { LoopbackServer, SandboxAnswer, SandboxRequest } from '../http/loopback-server.ts'

export interface ArgoCdParts {
  readonly apps: ArgoCdWorld
  readonly token: string
  readonly nowMs: () => number
}

const RollbackBody = z.object({ id: z.union([z.number(), z.string()]).pipe(z.coerce.number()) })
const Info = z.object({ name: z.string(), value: z.string() })
const SyncBody = z.object({
  revision: z.string().optional(),
  infos: z.array(Info).default([]),
  resources: z.array(z.unknown()).optional(),
})
const PatchBody = z.object({ patchType: z.literal('merge'), patch: z.string() })
const AutoSyncPatch = z.object({
  spec: z.object({ syncPolicy: z.object({ automated: z.object({ enabled: z.boolean() }) }) }),
})
const ProjectBody = z.object({ project: z.string().optional() })

/** Argo CD's REST interface, as far as Countersign uses it, and the page of each app. */
export function openArgoCdServer(parts: ArgoCdParts): Promise<LoopbackServer> {
  return openLoopbackServer((request) => {
    parts.apps.advance(parts.nowMs())
    try {
      return answer(request, parts)
    } catch (cause) {
      if (cause instanceof ArgoCdRefusal) return refusal(400, cause.code, cause.message)
      throw cause
    }
  })
}

function answer(request: SandboxRequest, parts: ArgoCdParts): SandboxAnswer {
  const page = /^\/applications\/(?:[^/]+\/)?([^/]+)$/.exec(request.path)?.[1]
  if (page !== undefined) return appPage(parts.apps.find(page))
  if (request.header('authorization') !== `Bearer ${parts.token}`) {
    return refusal(401, 16, 'invalid session: token signature is invalid')
  }
  if (request.path === '/api/v1/session/userinfo') {
    return ok({ loggedIn: true, username: ACCOUNT, iss: 'argocd' })
  }
  if (request.path.startsWith('/api/v1/account/can-i/applications/')) return ok({ value: 'yes' })
  return answerForApp(request, parts)
}

function answerForApp(request: SandboxRequest, { apps, nowMs }: ArgoCdParts): SandboxAnswer {
  const [, name = '', rest = ''] = /^\/api\/v1\/applications\/([^/]+)(?:\/(.+))?$/.exec(request.path) ?? []
  const app = apps.find(decodeURIComponent(name))
  const project = projectOf(request)
  if (app === undefined || (project !== undefined && project !== app.project)) {
    // Without a project Argo CD does not tell the missing from the forbidden.
    return project === undefined
      ? refusal(403, 7, 'permission denied')
      : refusal(404, 5, `applications.argoproj.io "${name}" not found`)
  }
  const told = request.method === 'GET' ? tellOf(app, rest, request.query.get('revision')) : undefined
  if (told !== undefined) return told
  return act(`${request.method} ${rest}`, request, app, { apps, atMs: nowMs() })
}

function tellOf(app: App, call: string, asked: string | null): SandboxAnswer | undefined {
  const revision = /^revisions\/([0-9a-f]{40})\/metadata$/.exec(call)?.[1]
  if (revision !== undefined) return revisionMetadata(app, revision)
  if (call === 'events') return ok(describeEvents(app))
  return call === 'manifests' ? manifests(app, asked) : undefined
}

function projectOf(request: SandboxRequest): string | undefined {
  return request.query.get('project') ?? readJson(request.text, ProjectBody)?.project
}

function act(
  call: string,
  request: SandboxRequest,
  app: App,
  { apps, atMs }: { readonly apps: ArgoCdWorld; readonly atMs: number },
): SandboxAnswer {
  switch (call) {
    case 'GET ':
      return ok(describeApp(app))
    // The shop has no sync windows.
    case 'GET syncwindows':
      return ok({ canSync: true })
    case 'POST rollback': {
      const body = readJson(request.text, RollbackBody)
      if (body === undefined) return refusal(400, 3, 'invalid rollback request')
      apps.rollback(app, body.id, atMs)
      return ok(describeApp(app))
    }
    case 'POST sync': {
      const body = readJson(request.text, SyncBody)
      if (body === undefined) return refusal(400, 3, 'invalid sync request')
      apps.sync(app, { revision: body.revision, infos: body.infos, isPartial: body.resources !== undefined }, atMs)
      return ok(describeApp(app))
    }
    case 'PATCH ': {
      const patch = readJson(readJson(request.text, PatchBody)?.patch ?? '', AutoSyncPatch)
      if (patch === undefined) return refusal(400, 3, 'the sandbox only patches spec.syncPolicy.automated.enabled')
      apps.setAutoSync(app, patch.spec.syncPolicy.automated.enabled, atMs)
      return ok(describeApp(app))
    }
    case 'DELETE operation':
      apps.terminate(app, atMs)
      return ok({})
    default:
      return refusal(404, 5, 'Not Found')
  }
}

function revisionMetadata(app: App, revision: string): SandboxAnswer {
  const entry = app.history.find((each) => each.revision === revision)
  const isHead = app.head.revision === revision
  if (entry === undefined && !isHead) return refusal(404, 5, `revision ${revision} not found`)
  const version = entry?.version ?? app.head.version
  const author = isHead ? app.head.by : (entry?.username ?? app.head.by)
  const date = new Date(entry?.startedAtMs ?? 0).toISOString()
  return ok({
    author: `${author}@shop.example`,
    date,
    message: entry?.message ?? app.head.message,
    tags: [`v${version}`],
  })
}

function manifests(app: App, revision: string | null): SandboxAnswer {
  const asked = revision === null || revision === 'main' ? app.head.revision : revision
  const known = [app.head, ...app.history].find((each) => each.revision === asked)
  if (known === undefined) return refusal(400, 9, `Unable to resolve '${asked}' to a commit SHA`)
  return ok({ manifests: describeManifests(app, known.version), namespace: app.service, revision: asked })
}

/** Where a link to the app leads. */
function appPage(app: App | undefined): SandboxAnswer {
  if (app === undefined) return { status: 404, body: 'The sandbox\u2019s Argo CD has no such application.\n' }
  const text = JSON.stringify(describeApp(app), null, 2)
  return { status: 200, body: `The sandbox\u2019s Argo CD (simulated): ${NAMESPACE}/${app.name}\n\n${text}\n` }
}

function ok(body: unknown): SandboxAnswer {
  return { status: 200, body }
}

function refusal(status: number, code: number, message: string): SandboxAnswer {
  return { status, body: { error: message, code, message } }
}
