import { isLoopbackHost } from '../loopback.ts'

/**
 * Hosts that belong to Microsoft as a whole. `trafficmanager.net` does not: any customer of Azure can have a name there,
 * so of it only the one host that Teams uses is taken.
 */
const HOSTS: readonly string[] = ['smba.trafficmanager.net', 'teams.microsoft.com', 'teams.microsoft.us']
const DOMAINS: readonly string[] = [
  '.botframework.com',
  '.botframework.us',
  '.teams.microsoft.com',
  '.teams.microsoft.us',
]

/**
 * Whether answers may be sent there, with our token in them. The address comes in an activity that was verified; still
 * nothing is ever sent anywhere else.
 */
export function isAllowedServiceUrl(address: string, isLoopbackAllowed: boolean): boolean {
  if (!URL.canParse(address)) return false
  const url = new URL(address)
  if (url.username !== '' || url.password !== '' || url.hash !== '' || url.search !== '') return false
  if (isLoopbackAllowed && isLoopbackHost(url.hostname)) return url.protocol === 'http:' || url.protocol === 'https:'
  if (url.protocol !== 'https:' || url.port !== '') return false
  return HOSTS.includes(url.hostname) || DOMAINS.some((domain) => url.hostname.endsWith(domain))
}
