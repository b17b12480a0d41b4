import type * as bolt from '@slack/bolt'
import type { Logger as BoltLogger } from '@slack/bolt'
import type { Logger } from '../../kernel/logger.ts'

/** The module, loaded when Slack is configured: it takes some hundred milliseconds and thirty megabytes. */
export type Bolt = Pick<typeof bolt, 'App' | 'HTTPReceiver' | 'LogLevel' | 'SocketModeReceiver' | 'webApi'>

const LONGEST_DETAIL = 300

/** Bolt's own words at the level they deserve here; its debug output holds whole requests and is dropped. */
export function boltLogger(bolt: Bolt, log: Logger): BoltLogger {
  const detailOf = (words: readonly unknown[]) =>
    words
      .map((word) => (word instanceof Error ? word.message : String(word)))
      .join(' ')
      .slice(0, LONGEST_DETAIL)
  return {
    debug: () => undefined,
    info: (...words) => log.debug({ detail: detailOf(words) }, 'bolt'),
    warn: (...words) => log.info({ detail: detailOf(words) }, 'bolt warns'),
    error: (...words) => log.warn({ detail: detailOf(words) }, 'bolt reports an error'),
    setLevel: () => undefined,
    getLevel: () => bolt.LogLevel.INFO,
    setName: () => undefined,
  }
}
