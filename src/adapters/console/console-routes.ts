import { CONSOLE_CSS, LIVE_JS } from './assets.ts'
import { liveStream } from './live-stream.ts'
import { pageAnswer } from './page-answer.ts'
import { previewRoute } from './preview/preview-route.ts'
import { pressRoute, sayRoute } from './post-routes.ts'
import { readAudit } from '../../orchestrator/index.ts'
import { refusedPage } from './refused-page.ts'
import { renderAuditPage } from './audit-page.ts'
import { changePage, incidentPage, listPage } from './show-pages.ts'
import { sessionAuthentication } from './console-session.ts'
import { pictureAnswer } from './picture-answer.ts'
import { sessionRoutes } from './session-routes.ts'
import { streamAnswer, textAnswer } from '../http/answers.ts'
import type { ConsoleSettings } from './console-settings.ts'
import type { HttpAnswer } from '../http/answers.ts'
import type { HttpServer } from '../http/open-http-server.ts'
import type { Route } from '../http/route.ts'
import type { Visitor } from './console-session.ts'

const AUDIT_LENGTH = 100

/** The third surface: server-rendered pages, forms that post, and a live stream that says when to look again. */
export function mountConsole(server: HttpServer, settings: ConsoleSettings): void {
  server.mount(asset('/assets/console.css', 'text/css; charset=utf-8', CONSOLE_CSS))
  server.mount(asset('/assets/live.js', 'text/javascript; charset=utf-8', LIVE_JS))
  for (const route of sessionRoutes(settings)) server.mount(route)
  for (const route of pageRoutes(settings)) server.mount(route)
  server.mount(pressRoute(settings))
  server.mount(sayRoute(settings))
  if (settings.previews !== undefined) server.mount(previewRoute(settings, settings.previews))
}

function asset(path: string, contentType: string, text: string): Route<null> {
  return {
    method: 'GET',
    path,
    source: 'console',
    authentication: { kind: 'none', why: 'a file that is the same for everybody', who: null },
    handle: () => textAnswer(200, contentType, text, { 'cache-control': 'public, max-age=300' }),
  }
}

function pageRoutes(settings: ConsoleSettings): readonly Route<Visitor>[] {
  const page = (path: string, handle: Route<Visitor>['handle']): Route<Visitor> => ({
    method: 'GET',
    path,
    source: 'console',
    authentication: sessionAuthentication(settings),
    handle: async (request, visitor) => {
      try {
        return await handle(request, visitor)
      } catch (error) {
        return refusedPage(settings, visitor, error)
      }
    },
  })
  return [
    page('/', (_request, visitor) => listPage(settings, visitor, null)),
    page('/incidents/:id', (request, visitor) => incidentPage(settings, visitor, request.params['id'] ?? '', null)),
    page('/incidents/:id/picture.svg', (request, visitor) =>
      pictureAnswer(settings, visitor, request.params['id'] ?? ''),
    ),
    page('/configuration/:id', (request, visitor) => changePage(settings, visitor, request.params['id'] ?? '', null)),
    page('/audit', (request, visitor) => auditPage(settings, visitor, request.query.get('after'))),
    page('/live', (request) =>
      streamAnswer('text/event-stream', liveStream(settings.signals, request.query.get('incident'), request.signal)),
    ),
  ]
}

async function auditPage(settings: ConsoleSettings, visitor: Visitor, after: string | null): Promise<HttpAnswer> {
  const cursor = after === null ? null : Number(after)
  const reading = await readAudit(settings.deps, visitor.reader, {
    incidentId: null,
    after: cursor !== null && Number.isSafeInteger(cursor) ? cursor : null,
    limit: AUDIT_LENGTH,
  })
  const body = renderAuditPage(reading, settings.deps.clock.now())
  return pageAnswer(settings, { title: 'Audit', body, visitor, path: '/audit', live: null })
}
