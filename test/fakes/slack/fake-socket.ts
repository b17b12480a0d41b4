import { randomUUID } from 'node:crypto'
import type http from 'node:http'
import type { Duplex } from 'node:stream'
import { acceptWebSocket } from './web-socket-server.ts'
import type { WebSocketPeer } from './web-socket-server.ts'

export interface FakeSocket {
  /** How many connections were made so far. */
  readonly connections: number
  readonly isConnected: boolean
  /** Sends an envelope and waits for what comes back under its id; undefined when nothing does in time. */
  send(type: SocketEnvelopeType, payload: object, options?: SocketSendOptions): Promise<SocketAck | undefined>
  /** As Slack does every few hours: says that the connection will end. */
  askToReconnect(): void
  /** Ends all connections without a word. */
  cut(): void
}

export type SocketEnvelopeType = 'slash_commands' | 'interactive' | 'events_api'

export interface SocketSendOptions {
  /** The same again, for redeliveries. */
  readonly envelopeId?: string
  readonly retryAttempt?: number
  readonly timeoutMs?: number
}

export interface SocketAck {
  readonly envelopeId: string
  readonly payload: unknown
}

export function openFakeSocket(server: http.Server): FakeSocket {
  const peers = new Set<WebSocketPeer>()
  const waiting = new Map<string, (ack: SocketAck) => void>()
  let connections = 0
  server.on('upgrade', (incoming: http.IncomingMessage, socket: Duplex) => {
    const peer = acceptWebSocket(incoming, socket, {
      text: (text) => {
        const { envelope_id: envelopeId, payload } = JSON.parse(text) as { envelope_id: string; payload: unknown }
        waiting.get(envelopeId)?.({ envelopeId, payload })
      },
      close: () => peers.delete(peer),
    })
    peers.add(peer)
    connections += 1
    peer.send(JSON.stringify({ type: 'hello', num_connections: 1, debug_info: { host: 'fake' } }))
  })
  return {
    get connections() {
      return connections
    },
    get isConnected() {
      return peers.size > 0
    },
    send: (type, payload, options = {}) => {
      const envelopeId = options.envelopeId ?? randomUUID()
      const [peer] = [...peers].toReversed()
      if (peer === undefined) throw new Error('Nobody is connected to the socket.')
      const acknowledged = new Promise<SocketAck | undefined>((resolve) => {
        const timer = setTimeout(() => resolve(undefined), options.timeoutMs ?? 20_000)
        waiting.set(envelopeId, (ack) => {
          clearTimeout(timer)
          resolve(ack)
        })
      })
      const retry =
        options.retryAttempt === undefined ? {} : { retry_attempt: options.retryAttempt, retry_reason: 'timeout' }
      peer.send(JSON.stringify({ type, envelope_id: envelopeId, payload, accepts_response_payload: true, ...retry }))
      return acknowledged
    },
    askToReconnect: () => {
      for (const peer of peers) peer.send(JSON.stringify({ type: 'disconnect', reason: 'refresh_requested' }))
    },
    cut: () => {
      for (const peer of peers) peer.destroy()
    },
  }
}
