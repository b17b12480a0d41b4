import { BlockList, isIP } from 'node:net'
import { lookup as systemLookup } from 'node:dns/promises'
import type { LookupFunction } from 'node:net'
import { RefusedError } from '../../kernel/errors.ts'
import { VendorUnreachableError } from '../../kernel/vendor-errors.ts'

/**
 * Where `http/check` may go, one list: hosts exactly as they stand in the URL (`status.example.com`,
 * `status.example.com:8443`, `127.0.0.1:8080`), and networks (`10.0.0.0/8`). A name that leads inside the house
 * (loopback, private, shared) is refused unless a listed network holds the address; a literal address is allowed by
 * its own entry. Link-local addresses, where cloud metadata lives, are opened by nothing but their literal entry.
 */
export type AllowedDestinations = readonly string[]

export type ResolveHost = (hostname: string) => Promise<readonly { readonly address: string }[]>

export interface AddressGuard {
  /** Throws RefusedError when the URL may not be asked; else gives the address to which the connection is pinned. */
  pin(url: URL): Promise<LookupFunction>
  /** The part that needs no name resolution. */
  check(url: URL): void
}

const INSIDE = new BlockList()
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const) {
  INSIDE.addSubnet(network, prefix, 'ipv4')
}
for (const [network, prefix] of [
  ['::', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2002::', 16],
  ['fc00::', 7],
  ['fec0::', 10],
  ['ff00::', 8],
] as const) {
  INSIDE.addSubnet(network, prefix, 'ipv6')
}
// Cloud metadata services live here; no network entry opens it, only the literal address would.
const LINK_LOCAL = new BlockList()
LINK_LOCAL.addSubnet('169.254.0.0', 16, 'ipv4')
LINK_LOCAL.addSubnet('fe80::', 10, 'ipv6')
LINK_LOCAL.addAddress('fd00:ec2::254', 'ipv6')

export function createAddressGuard(allowed: AllowedDestinations, resolve: ResolveHost = resolveAll): AddressGuard {
  const isNetwork = (entry: string) => /\/\d{1,3}$/.test(entry)
  const hosts = new Set(allowed.filter((entry) => !isNetwork(entry)).map((host) => host.toLowerCase()))
  const networks = toBlockList(allowed.filter(isNetwork))

  function check(url: URL): void {
    if (url.protocol !== 'http:' && url.protocol !== 'https:') throw refused(url, 'it is neither http nor https')
    if (url.username !== '' || url.password !== '') throw refused(url, 'it holds a user or password')
    if (!hosts.has(url.host)) throw refused(url, 'its host is not on the allow-list')
  }

  return {
    check,
    pin: async (url) => {
      check(url)
      const hostname = url.hostname.replace(/^\[|\]$/g, '')
      // A literal address that is listed is allowed by that very entry.
      const addresses = isIP(hostname) !== 0 ? [hostname] : await addressesOf(url, hostname, resolve)
      const first = addresses[0]
      if (first === undefined) throw new VendorUnreachableError(url.host, 'its name leads nowhere')
      if (isIP(hostname) === 0) {
        const inside = addresses.find((address) => isInside(address, networks))
        if (inside !== undefined) throw refused(url, `its name leads to ${inside}, which is inside the house`)
      }
      return pinnedTo(first)
    },
  }
}

function isInside(address: string, networks: BlockList): boolean {
  // A block list looks through the IPv6 notation of IPv4 addresses by itself.
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
  if (isIP(address) === 0 || LINK_LOCAL.check(address, family)) return true
  return INSIDE.check(address, family) && !networks.check(address, family)
}

function toBlockList(networks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', prefix = ''] = network.split('/')
    list.addSubnet(address, Number(prefix), isIP(address) === 6 ? 'ipv6' : 'ipv4')
  }
  return list
}

/** The check and the connection see the same address, whatever the name server says a moment later. */
function pinnedTo(address: string): LookupFunction {
  const family = isIP(address)
  return (_hostname, options, callback) => {
    if (options.all === true) callback(null, [{ address, family }])
    else callback(null, address, family)
  }
}

async function addressesOf(url: URL, hostname: string, resolve: ResolveHost): Promise<readonly string[]> {
  try {
    return (await resolve(hostname)).map(({ address }) => address)
  } catch (cause) {
    throw new VendorUnreachableError(url.host, 'its name does not resolve', { cause })
  }
}

async function resolveAll(hostname: string): Promise<readonly { readonly address: string }[]> {
  return systemLookup(hostname, { all: true })
}

function refused(url: URL, reason: string): RefusedError {
  return new RefusedError(
    'address_not_allowed',
    `http/check does not ask ${url.host}: ${reason}. Hosts it may ask are listed in the configuration.`,
  )
}
