import { isIP } from 'node:net'
import type { HttpHead } from './route.ts'

const IPV4_IN_IPV6 = /^::ffff:(?=\d+\.)/i

/**
 * Who was at the other end of the connection, for the record; undefined when the connection is gone already. Headers such
 * as X-Forwarded-For say what their sender likes, so none is looked at: behind a proxy this is the proxy.
 */
export function sourceIpOf({ remoteAddress }: Pick<HttpHead, 'remoteAddress'>): string | undefined {
  const [address = ''] = remoteAddress.replace(IPV4_IN_IPV6, '').split('%')
  return isIP(address) === 0 ? undefined : address
}
