import { Server } from 'node:net'

/**
 * Loaded with `--import` into tools that listen on every interface and have no option for it: they listen on loopback,
 * since what they serve has no sign-in.
 */
const listenAnywhere = Reflect.get(Server.prototype, 'listen') as (this: Server, ...args: unknown[]) => Server

Server.prototype.listen = function listenOnLoopback(this: Server, ...args: unknown[]): Server {
  const [first, second, ...rest] = args
  if (typeof first === 'object' && first !== null) {
    const isPort = 'port' in first && !('path' in first)
    return listenAnywhere.call(this, isPort ? { ...first, host: '127.0.0.1' } : first, ...args.slice(1))
  }
  if (!isPortNumber(first)) return listenAnywhere.apply(this, args)
  const others = second === undefined || second === null || typeof second === 'string' ? rest : [second, ...rest]
  return listenAnywhere.call(this, first, '127.0.0.1', ...others)
}

function isPortNumber(value: unknown): boolean {
  return typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value))
}
