import { emptyAnswer } from '../http/answers.ts'
import { formOf } from './form-of.ts'
import { html } from './html.ts'
import { pageAnswer } from './page-answer.ts'
import { renderPeople, renderTokenForm } from './pages.ts'
import { recordRefusal } from '../../orchestrator/index.ts'
import { requireOwnOrigin, visitorOf } from './console-session.ts'
import { sourceIpOf } from '../http/source-ip.ts'
import type { ConsoleSettings } from './console-settings.ts'
import type { HttpAnswer } from '../http/answers.ts'
import type { HttpRequest, Route } from '../http/route.ts'

const WHY = 'this is where one signs in'

export function sessionRoutes(settings: ConsoleSettings): readonly Route<null>[] {
  const route = (method: 'GET' | 'POST', handle: Route<null>['handle']): Route<null> => ({
    method,
    path: '/session',
    source: 'console',
    authentication: { kind: 'none', why: WHY, who: null },
    handle,
  })
  return [
    route('GET', (request) => signInPage(settings, request, null)),
    route('POST', (request) => signIn(settings, request)),
  ]
}

function signInPage(settings: ConsoleSettings, request: HttpRequest, problem: string | null): HttpAnswer {
  const visitor = visitorOf(settings, request)
  const path = '/session'
  const status = problem === null ? 200 : 401
  switch (settings.signIn.kind) {
    case 'pick': {
      const body = renderPeople(settings.deps.directory.list(), visitor?.person?.id ?? null, nextOf(request.query))
      return pageAnswer(settings, { title: 'Who are you', body, visitor, path, live: null, status })
    }
    case 'token':
      return pageAnswer(settings, {
        title: 'Sign in',
        body: renderTokenForm(problem),
        visitor,
        path,
        live: null,
        status,
      })
    case 'closed': {
      const body = html`<h1>The console is closed</h1>
        <p>Set COUNTERSIGN_API_TOKEN and start again to read here. Decisions are made in chat.</p>`
      return pageAnswer(settings, { title: 'Closed', body, visitor, path, live: null, status: 403 })
    }
  }
}

async function signIn(settings: ConsoleSettings, request: HttpRequest): Promise<HttpAnswer> {
  requireOwnOrigin(request)
  const form = formOf(request)
  const { signIn: way, sessions, deps } = settings
  if (way.kind === 'pick') {
    const person = deps.directory.findById(form.get('person') ?? '')
    if (person === undefined) return signInPage(settings, request, 'There is nobody of that name.')
    return emptyAnswer(303, { location: nextOf(form), 'set-cookie': sessions.start('person', person.id) })
  }
  if (way.kind === 'token' && way.isToken(form.get('token') ?? '')) {
    return emptyAnswer(303, { location: '/', 'set-cookie': sessions.start('reader', '') })
  }
  const refusal = { source: 'console', reason: 'wrong_token', count: 1, origin: 'console' } as const
  await recordRefusal(deps, { ...refusal, sourceIp: sourceIpOf(request) })
  return signInPage(settings, request, 'That is not the token. Look it up where the service is configured.')
}

/** Only paths of our own: an address from outside must not lead anybody away. */
function nextOf(values: URLSearchParams): string {
  const next = values.get('next') ?? '/'
  return /^\/(?:incidents\/INC-\d{1,12}|audit)?$/.test(next) ? next : '/'
}
