import { parseServerAddress } from '../kernel/server-address.ts'

/** Where the secret of a dead-man switch goes: files are reviewed and copied, secrets are not. */
const SECRET = '{secret}'

/** https, or http on loopback; no user or password, no fragment. */
export function isHeartbeatAddress(text: string): boolean {
  return /^https?:\/\//i.test(text) && !('problem' in parseServerAddress(text.replaceAll(SECRET, 'x'), false))
}

export function needsHeartbeatSecret(text: string): boolean {
  return text.includes(SECRET)
}

/** The address to ask; the secret is escaped, so that it stays within the part it stands in. */
export function heartbeatAddress(text: string, secret: string | undefined): string {
  return text.replaceAll(SECRET, encodeURIComponent(secret ?? ''))
}
