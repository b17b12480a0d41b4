import { faultAnswer } from '../../http/answers.ts'
import type { HttpServer } from '../../http/open-http-server.ts'
import type { Installer } from './create-installer.ts'

/**
 * `GET /slack/install`, and where Slack leads back. They touch no incident; that a GET keeps a token is Slack's own
 * protocol, and what stands in for a request of our own is the state: signed, short-lived, bound to a cookie, used once.
 */
export function mountInstallRoutes(server: Pick<HttpServer, 'mount'>, installer: Installer): void {
  server.mount({
    method: 'GET',
    path: '/slack/install',
    source: 'slack',
    authentication: { kind: 'none', why: 'a redirect to Slack, which asks who installs', who: null },
    handle: (request) => installer.begin(request),
  })
  server.mount({
    method: 'GET',
    path: '/slack/oauth_redirect',
    source: 'slack',
    authentication: {
      kind: 'head',
      name: 'OAuth state bound to a cookie',
      check: async (head) => {
        const { outcome, answer } = await installer.finish(head)
        if (outcome.kind === 'installed') return { ok: true, who: { name: outcome.name, answer } }
        const { code, message } = outcome
        const fault = faultAnswer({ status: code === 'not_listed' ? 403 : 400, code, message }, 'problem')
        const headers = { ...fault.headers, ...answer({ kind: 'none' }).headers }
        return { ok: false, reason: code, answer: { ...fault, headers } }
      },
    },
    handle: (_request, { name, answer }) => {
      const text = `Countersign is installed in ${name}. Type /invite @countersign in its channels.\n`
      return { ...answer({ kind: 'text', contentType: 'text/plain; charset=utf-8', text }), status: 200 }
    },
  })
}
