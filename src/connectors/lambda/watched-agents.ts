import { AsyncLocalStorage } from 'node:async_hooks'
import { http, https } from '../shared/node-http.ts'
import type { Agent } from 'node:http'
import type { Agent as SecureAgent } from 'node:https'

export interface WatchedAgents {
  readonly http: Agent
  readonly https: SecureAgent
  /**
   * Runs the call and tells its failure whether the connection stood. Before it stands not one byte of a request can
   * have left us, whatever the SDK makes of the error.
   */
  watch<T>(call: () => Promise<T>, explain: (cause: unknown, wasConnected: boolean) => Error): Promise<T>
}

/** Agents that open a new connection for every request and know of each call whether its connection stood. */
export function createWatchedAgents(): WatchedAgents {
  const calls = new AsyncLocalStorage<{ isConnected: boolean }>()
  const plain = new http.Agent({ keepAlive: false })
  const secure = new https.Agent({ keepAlive: false })
  watchConnections(plain, 'connect')
  watchConnections(secure, 'secureConnect')

  function watchConnections(agent: Agent, event: 'connect' | 'secureConnect'): void {
    const create = agent.createConnection.bind(agent)
    agent.createConnection = (...args: Parameters<typeof create>) => {
      const call = calls.getStore()
      const socket = create(...args)
      socket?.once(event, () => {
        if (call !== undefined) call.isConnected = true
      })
      return socket
    }
  }

  return {
    http: plain,
    https: secure,
    watch: async (call, explain) => {
      const state = { isConnected: false }
      try {
        return await calls.run(state, call)
      } catch (cause) {
        throw explain(cause, state.isConnected)
      }
    },
  }
}
