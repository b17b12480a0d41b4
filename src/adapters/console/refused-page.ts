import { NotFoundError, RefusedError } from '../../kernel/errors.ts'
import { html } from './html.ts'
import { pageAnswer } from './page-answer.ts'
import { renderCommandBox } from './pages.ts'
import { renderReply } from './render-reply.ts'
import type { ConsoleSettings } from './console-settings.ts'
import type { HttpAnswer } from '../http/answers.ts'
import type { Reply } from '../../orchestrator/index.ts'
import type { Visitor } from './console-session.ts'

/**
 * What the visitor may not see, or what is not there, is a page in words; anything else is the server's matter. What
 * they said is answered all the same, and they may go on: the same as in chat.
 */
export function refusedPage(
  settings: ConsoleSettings,
  visitor: Visitor,
  error: unknown,
  reply: Reply | null = null,
): HttpAnswer {
  const isMissing = error instanceof NotFoundError
  if (!isMissing && !(error instanceof RefusedError)) throw error
  const { csrf } = visitor
  const said =
    reply === null
      ? ''
      : renderReply(reply, { now: settings.deps.clock.now(), csrf, personId: visitor.person?.id ?? null })
  const body = html`${said}
    <div id="live">
      <h1>${isMissing ? 'Not here' : 'Not allowed'}</h1>
      <p>${error.message}</p>
      <p><a href="/">Back to the incidents</a></p>
    </div>
    ${csrf === undefined ? '' : renderCommandBox(csrf, null)}`
  const status = isMissing ? 404 : 403
  return pageAnswer(settings, { title: 'Not shown', body, visitor, path: '/', live: null, status })
}
