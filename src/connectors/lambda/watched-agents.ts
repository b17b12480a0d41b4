import { AsyncLocalStorage } from 'node:async_hooks'
import type { Duplex } from 'node:stream'
import { isOverNow } from '../../kernel/bounded-signal.ts'
import { http, https } from '../shared/node-http.ts'
import type { Agent } from 'node:http'
import type { Agent as SecureAgent } from 'node:https'

export interface WatchedAgents {
  readonly http: Agent
  readonly https: SecureAgent
  /**
   * Runs the call and tells its failure whether the connection stood. Before it stands not one byte of a request can
   * have left us, whatever the SDK makes of the error. One that comes to stand when the signal is over carries nothing.
   */
  watch<T>(
    signal: AbortSignal,
    call: (signal: AbortSignal) => Promise<T>,
    explain: (cause: unknown, wasConnected: boolean) => Error,
  ): Promise<T>
}

interface Call {
  readonly signal: AbortSignal
  isConnected: boolean
}

/** Agents that open a new connection for every request and know of each call whether its connection stood. */
export function createWatchedAgents(): WatchedAgents {
  const calls = new AsyncLocalStorage<Call>()
  const plain = new http.Agent({ keepAlive: false })
  const secure = new https.Agent({ keepAlive: false })
  watchConnections(plain, 'connect')
  watchConnections(secure, 'secureConnect')

  function watchConnections(agent: Agent, event: 'connect' | 'secureConnect'): void {
    const create = agent.createConnection.bind(agent)
    agent.createConnection = (options, handOver) => {
      const call = calls.getStore()
      const socket = create(options)
      if (call !== undefined && handOver !== undefined && socket) handOverInTime(socket, event, call, handOver)
      else return socket
      return undefined
    }
  }

  return {
    http: plain,
    https: secure,
    watch: async (signal, call, explain) => {
      const state = { signal, isConnected: false }
      try {
        return await calls.run(state, () => call(signal))
      } catch (cause) {
        throw explain(cause, state.isConnected)
      }
    },
  }
}

/**
 * The request gets its connection when that stands, and writes to it at once: so a replica that stood still while it was
 * connecting is asked for the time in between.
 */
function handOverInTime(
  socket: Duplex,
  event: 'connect' | 'secureConnect',
  call: Call,
  handOver: (cause: Error | null, socket: Duplex) => void,
): void {
  const fail = (cause: Error): void => {
    handOver(cause, socket)
  }
  const stop = (): void => {
    socket.destroy()
  }
  socket.once('error', fail)
  call.signal.addEventListener('abort', stop, { once: true })
  socket.once(event, () => {
    socket.off('error', fail)
    const isLate = isOverNow(call.signal)
    call.signal.removeEventListener('abort', stop)
    if (isLate) {
      socket.on('error', () => undefined).destroy()
      handOver(new Error('the connection came to stand when it was too late'), socket)
      return
    }
    call.isConnected = true
    handOver(null, socket)
  })
}
