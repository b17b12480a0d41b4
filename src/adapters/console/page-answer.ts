import { renderPage } from './layout.ts'
import { textAnswer } from '../http/answers.ts'
import type { ConsoleSettings } from './console-settings.ts'
import type { HttpAnswer } from '../http/answers.ts'
import type { SafeHtml } from './html.ts'
import type { Visitor } from './console-session.ts'

const POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

export interface PageParts {
  readonly title: string
  readonly body: SafeHtml
  readonly visitor: Visitor | undefined
  /** Path of the page this one stands for: after a post it differs from the address. */
  readonly path: string
  /** What the live stream is asked for; null for pages that stand still. */
  readonly live: string | null
  readonly status?: number
}

export function pageAnswer(settings: ConsoleSettings, parts: PageParts): HttpAnswer {
  const page = renderPage(
    {
      title: parts.title,
      person: parts.visitor?.name ?? null,
      sandboxNote: settings.signIn.kind === 'pick' ? settings.signIn.sandboxNote : null,
      live: parts.live,
      path: parts.path,
    },
    parts.body,
  )
  return textAnswer(parts.status ?? 200, 'text/html; charset=utf-8', page, { 'content-security-policy': POLICY })
}
