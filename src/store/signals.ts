import { Client } from 'pg'
import type { Logger } from '../kernel/logger.ts'
import type { Signal, Signals } from '../ports/signals.ts'

export interface SignalOptions {
  readonly url: string
  readonly log: Logger
  /** How often a silent connection is asked whether it still lives. */
  readonly heartbeatMs?: number
}

const HEARTBEAT_MS = 10_000
const HEARTBEAT_TIMEOUT_MS = 5_000
const FIRST_RETRY_MS = 100
const LAST_RETRY_MS = 5_000

export const channelOf = (signal: Signal): string => `countersign_${signal}`

export async function openSignals(options: SignalOptions): Promise<Signals> {
  const hub = new ListeningConnection(options)
  await hub.connect()
  return {
    listen: (signal, onSignal) => hub.add(channelOf(signal), onSignal),
    close: () => hub.close(),
  }
}

/**
 * One connection per process that only listens. State machine:
 *
 *   connecting → listening → lost → connecting …, until `close`
 *
 * A silent loss is found by a question every ten seconds. What was said while nobody listened is gone, so after every
 * new connection each listener is called once with an empty payload: look for yourself. So are the first of a channel
 * once the server has taken that they listen, for what was said until then.
 */
class ListeningConnection {
  readonly #options: SignalOptions
  readonly #listeners = new Map<string, Set<(payload: string) => void>>()
  #client: Client | undefined
  #timer: NodeJS.Timeout | undefined
  #failures = 0
  #isClosed = false

  constructor(options: SignalOptions) {
    this.#options = options
  }

  add(channel: string, onPayload: (payload: string) => void): () => void {
    const listeners = this.#listeners.get(channel) ?? new Set()
    const isNew = listeners.size === 0
    listeners.add(onPayload)
    this.#listeners.set(channel, listeners)
    if (isNew) void this.#begin(channel)
    return () => {
      listeners.delete(onPayload)
    }
  }

  async #begin(channel: string): Promise<void> {
    if (await this.#subscribe(channel)) this.#tell(channel, '')
  }

  /** A failure is no loss: the connection is then going down, and the next one subscribes to everything. */
  async #subscribe(channel: string): Promise<boolean> {
    const client = this.#client
    if (client === undefined) return false
    try {
      await client.query(`LISTEN "${channel.replaceAll('"', '""')}"`)
      return true
    } catch (error) {
      this.#options.log.debug({ err: error, channel }, 'listening on a channel failed')
      return false
    }
  }

  async connect(): Promise<void> {
    const client = new Client({
      connectionString: this.#options.url,
      application_name: 'countersign-signals',
      connectionTimeoutMillis: HEARTBEAT_TIMEOUT_MS,
      query_timeout: HEARTBEAT_TIMEOUT_MS,
      keepAlive: true,
    })
    client.on('notification', ({ channel, payload }) => {
      this.#tell(channel, payload ?? '')
    })
    client.on('error', (error) => {
      this.#lose(client, error)
    })
    client.on('end', () => {
      this.#lose(client, new Error('The server closed the connection.'))
    })
    await client.connect()
    if (this.#isClosed) {
      await client.end()
      return
    }
    this.#client = client
    this.#failures = 0
    for (const channel of this.#listeners.keys()) await this.#subscribe(channel)
    // Lost meanwhile: the next one is on its way, and a beat of this one would take its timer away.
    if (this.#client !== client) return
    for (const channel of this.#listeners.keys()) this.#tell(channel, '')
    this.#beat(client)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#timer)
    const client = this.#client
    this.#client = undefined
    this.#listeners.clear()
    await client?.end()
  }

  #tell(channel: string, payload: string): void {
    for (const listener of this.#listeners.get(channel) ?? []) listener(payload)
  }

  #beat(client: Client): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      client.query('SELECT 1').then(
        () => {
          if (this.#client === client) this.#beat(client)
        },
        (error: unknown) => {
          this.#lose(client, error)
        },
      )
    }, this.#options.heartbeatMs ?? HEARTBEAT_MS)
    this.#timer.unref()
  }

  #lose(client: Client, error: unknown): void {
    if (this.#client !== client) return
    this.#client = undefined
    this.#options.log.warn({ err: error }, 'the listening connection to the database is lost; polling goes on')
    void client.end().catch(() => undefined)
    this.#reconnectLater()
  }

  #reconnectLater(): void {
    if (this.#isClosed) return
    clearTimeout(this.#timer)
    const waitMs = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(this.#failures, 10))
    this.#failures += 1
    this.#timer = setTimeout(() => {
      this.connect().catch((error: unknown) => {
        this.#options.log.debug({ err: error }, 'the listening connection cannot be opened yet')
        this.#reconnectLater()
      })
    }, waitMs)
    this.#timer.unref()
  }
}
