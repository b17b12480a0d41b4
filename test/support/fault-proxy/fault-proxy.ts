import net from 'node:net'
import type { AddressInfo } from 'node:net'
import { createRandom } from '../random.ts'
import { FaultChooser } from './choose-fault.ts'
import type { Fault, FaultRule } from './fault.ts'
import { Link } from './link.ts'

/** Stands between a client and its server, whatever protocol they speak over TCP, and spoils what it is told to. */
export interface FaultProxy {
  /** The server's address with the proxy's host and port in their place. */
  readonly url: string
  /** From the next exchange on, also of connections that are open. */
  inject(rule: FaultRule): void
  /** No rule any more; what was hit already stays hit. */
  clear(): void
  /** How often a fault of this kind was chosen. */
  hitsOf(kind: Fault['kind']): number
  /** Ends every connection; new ones are taken. */
  dropAll(): void
  /** Ends every connection and refuses new ones, until `mend`. */
  cut(): void
  mend(): void
  /** Where new connections go from now on: another server at another address. */
  pointAt(server: string): void
  close(): Promise<void>
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'postgres:': 5432, 'postgresql:': 5432 }

/** `server` is any URL with a host: `http://…`, `postgres://…`. `seed` decides which exchanges a share hits. */
export async function openFaultProxy(server: string, seed = 1): Promise<FaultProxy> {
  const chooser = new FaultChooser(createRandom(seed))
  const links = new Set<Link>()
  let upstream = addressOf(server)
  let isCut = false
  const listener = net.createServer((near) => {
    if (isCut) {
      near.destroy()
      return
    }
    const link = new Link(near, upstream, chooser)
    links.add(link)
    void link.closed.then(() => links.delete(link))
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const dropAll = () => {
    for (const link of links) link.drop()
  }
  return {
    url: urlOf(server, (listener.address() as AddressInfo).port),
    inject: (rule) => chooser.add(rule),
    clear: () => chooser.clear(),
    hitsOf: (kind) => chooser.hitsOf(kind),
    dropAll,
    cut: () => {
      isCut = true
      dropAll()
    },
    mend: () => {
      isCut = false
    },
    pointAt: (other) => {
      upstream = addressOf(other)
    },
    close: async () => {
      const closed = new Promise((resolve) => listener.close(resolve))
      dropAll()
      await closed
    },
  }
}

function addressOf(server: string): { readonly host: string; readonly port: number } {
  const { hostname, port, protocol } = new URL(server)
  const number = port === '' ? DEFAULT_PORTS[protocol] : Number(port)
  if (number === undefined) throw new TypeError(`${server} names no port.`)
  return { host: hostname, port: number }
}

function urlOf(server: string, port: number): string {
  const url = new URL(server)
  url.host = `127.0.0.1:${String(port)}`
  // URL adds the slash that a bare origin does not need and an HTTP base must not have.
  return new URL(server).pathname === '/' ? url.href.replace(/\/$/, '') : url.href
}
