const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

/** What is wrong with an address, without repeating it: it may hold a password. */
export interface AddressMistake {
  readonly problem: string
  readonly expected: string
}

/**
 * `ARGOCD_SERVER` as the argocd CLI takes it: `host[:port]` means https, a full URL is taken as it is. The token goes
 * over http only on loopback, or where somebody said `ARGOCD_INSECURE=1`.
 */
export function parseServerAddress(server: string, isInsecureAllowed: boolean): { readonly url: URL } | AddressMistake {
  const text = server.trim()
  const candidate = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`
  if (text === '' || !URL.canParse(candidate)) {
    return { problem: 'what is not an address', expected: 'host[:port] or a full URL' }
  }
  const url = new URL(candidate)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return { problem: `an address that begins with ${url.protocol}//`, expected: 'https://' }
  }
  if (url.username !== '' || url.password !== '') {
    return { problem: 'an address with a user or password', expected: 'the token in ARGOCD_AUTH_TOKEN' }
  }
  if (url.protocol === 'http:' && !isInsecureAllowed && !LOOPBACK.test(url.hostname)) {
    return { problem: 'http off loopback', expected: 'https, or ARGOCD_INSECURE=1 to send the token in clear' }
  }
  return { url }
}
