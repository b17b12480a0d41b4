const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

/**
 * `ARGOCD_SERVER` as the argocd CLI takes it: `host[:port]` means https, a full URL is taken as it is. The token goes
 * over http only on loopback, or where somebody said `ARGOCD_INSECURE=1`.
 */
export function parseServerAddress(
  server: string,
  isInsecureAllowed: boolean,
): { readonly url: URL } | { readonly problem: string } {
  const text = server.trim()
  const candidate = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`
  if (text === '' || !URL.canParse(candidate)) {
    return { problem: 'ARGOCD_SERVER is not an address: expected host[:port] or a full URL' }
  }
  const url = new URL(candidate)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return { problem: `ARGOCD_SERVER begins with ${url.protocol}//: expected https://` }
  }
  if (url.username !== '' || url.password !== '') {
    return { problem: 'ARGOCD_SERVER holds a user or password: put the token into ARGOCD_AUTH_TOKEN' }
  }
  if (url.protocol === 'http:' && !isInsecureAllowed && !LOOPBACK.test(url.hostname)) {
    return {
      problem: 'ARGOCD_SERVER is http off loopback: use https, or set ARGOCD_INSECURE=1 to send the token in clear',
    }
  }
  return { url }
}
