import { isIP } from 'node:net'
import type { HttpHead } from './route.ts'

const IPV4_IN_IPV6 = /^::ffff:(?=\d+\.)/i

/** Some proxies write the port of their client too: `192.0.2.7:51034`, `[2001:db8::1]:51034`. */
const WITH_PORT = /^(?:([\d.]+)|\[([^\]]+)\])(?::\d{1,5})?$/

/**
 * Where a request came from, for the record; undefined when the connection is gone already. Nobody's word counts but that
 * of proxies that are trusted (`server.trustedProxies`). Where the last of them says what is no address (`unknown`, a
 * name), it is that proxy itself that is put on record.
 */
export function sourceIpOf({ clientAddresses }: Pick<HttpHead, 'clientAddresses'>): string | undefined {
  return clientAddresses.map(plainAddress).findLast((address) => isIP(address) !== 0)
}

function plainAddress(text: string): string {
  const match = WITH_PORT.exec(text)
  const [address = ''] = (match?.[1] ?? match?.[2] ?? text).replace(IPV4_IN_IPV6, '').split('%')
  return address
}
