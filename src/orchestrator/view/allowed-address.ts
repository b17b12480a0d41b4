const LONGEST_URL = 2_000

/** A link from outside, live only when its host is on the list of the configuration; else null. */
export function allowedAddress(address: string | null, hosts: readonly string[]): string | null {
  if (address === null || address === '' || address.length > LONGEST_URL || !URL.canParse(address)) return null
  const url = new URL(address)
  const isWeb = url.protocol === 'https:' || url.protocol === 'http:'
  // A name before the host is how one host is made to look like another.
  if (!isWeb || url.username !== '' || url.password !== '') return null
  const isAllowed = hosts.some((host) => host.toLowerCase() === url.host || host.toLowerCase() === url.hostname)
  return isAllowed ? url.href : null
}
