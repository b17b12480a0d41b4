import { accountOf } from './account-of.ts'
import { firstOf } from './first-of.ts'
import { plainMarkup } from './plain-markup.ts'
import type { ChatWords } from '../../../orchestrator/index.ts'
import type { SaidMessage } from './schema.ts'

/** A message as Slack shows it to us, as words of whoever said it: in a shared channel, their own team's account. */
export function wordsOf(message: SaidMessage, team: string | null): ChatWords {
  const { user, bot_id: bot, ts, thread_ts: thread } = message
  const teams = [message.user_team, message.source_team, message.team, team]
  return {
    text: plainMarkup(message.text ?? ''),
    author: user == null || bot != null ? null : accountOf(teams, user, message.username),
    thread: thread == null || thread === ts ? null : firstOf([thread]),
  }
}
