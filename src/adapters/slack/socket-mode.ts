import { boltLogger } from './bolt-logger.ts'
import type { Bolt } from './bolt-logger.ts'
import type { Logger } from '../../kernel/logger.ts'
import type { SocketModeReceiver, webApi } from '@slack/bolt'

const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 30_000
const CLOSE_MS = 2_000

export interface SocketMode {
  readonly receiver: SocketModeReceiver
  /** Connects in the background: while Slack is away the rest of the service works. */
  start(): void
  close(): Promise<void>
}

/**
 * State machine: connecting → connected → ended → pausing → connecting …, until closed. A pause is short after a
 * connection that stood, which Slack ends every few hours, and grows while none can be opened.
 *
 * The client's own reconnecting waits five seconds after every such end, and brings the process down with an unhandled
 * rejection when Slack cannot be reached meanwhile; so it is switched off and done here.
 */
export function openSocketMode(
  bolt: Bolt,
  settings: { readonly appToken: string; readonly clientOptions: webApi.WebClientOptions; readonly log: Logger },
): SocketMode {
  const receiver = new bolt.SocketModeReceiver({
    appToken: settings.appToken,
    autoReconnectEnabled: false,
    logger: boltLogger(bolt, settings.log),
    installerOptions: { clientOptions: settings.clientOptions },
  })
  const closing = new AbortController()
  let loop: Promise<void> = Promise.resolve()
  return {
    receiver,
    start: () => {
      loop = keepConnected(receiver, closing.signal, settings.log)
    },
    close: async () => {
      closing.abort()
      const ended = Promise.allSettled([receiver.client.disconnect(), loop])
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, CLOSE_MS).unref())])
    },
  }
}

async function keepConnected(receiver: SocketModeReceiver, closing: AbortSignal, log: Logger): Promise<void> {
  let failures = 0
  while (!closing.aborted) {
    const { promise: ended, resolve } = Promise.withResolvers<undefined>()
    try {
      await receiver.client.start()
      receiver.client.once('disconnected', () => resolve(undefined))
      failures = 0
      log.info({}, 'slack socket connected')
      await ended
    } catch (error) {
      failures += 1
      log.warn({ err: error, failures }, 'slack socket could not be opened; it is tried again')
    }
    await pause(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures, 10)), closing)
  }
}

async function pause(forMs: number, closing: AbortSignal): Promise<void> {
  if (closing.aborted) return
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, forMs)
    closing.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
