/**
 * Where a `response_url` may lead (CONTRACT 9): Slack's own host, or, when the API's address is on loopback, that
 * origin. The address comes in a signed request; still nothing is ever sent anywhere else.
 */
export function isAllowedResponseUrl(address: string, apiUrl: string): boolean {
  return isOn('https://hooks.slack.com', address, apiUrl)
}

/** Where a file may be uploaded to: the same rule, for the host that takes files. */
export function isAllowedUploadUrl(address: string, apiUrl: string): boolean {
  return isOn('https://files.slack.com', address, apiUrl)
}

function isOn(origin: string, address: string, apiUrl: string): boolean {
  if (!URL.canParse(address)) return false
  const url = new URL(address)
  if (url.username !== '' || url.password !== '') return false
  if (url.origin === origin) return true
  return URL.canParse(apiUrl) && isLoopback(new URL(apiUrl).hostname) && url.origin === new URL(apiUrl).origin
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname)
}
