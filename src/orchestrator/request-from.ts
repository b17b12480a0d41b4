import type { AuditRequest } from '../domain/audit-entry.ts'

/** A request of which nothing is known but where it came from. */
export function requestFrom(sourceIp: string): AuditRequest {
  return {
    ...{ account: null, channel: null, message: null, signatureHash: null, sessionHash: null, mfa: null },
    ...{ verifiedAt: null, sourceIp },
  }
}
