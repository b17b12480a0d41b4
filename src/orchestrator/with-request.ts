import type { AuditRequest } from '../domain/audit-entry.ts'
import type { ConversationPlace } from './verbs/conversation.ts'
import type { Deps } from './dependencies.ts'

/** The same dependencies; every entry sealed with them says which request it comes from. */
export function withRequest(deps: Deps, place: ConversationPlace): Deps {
  const request = requestOf(deps, place)
  return { ...deps, seal: (record) => deps.seal({ request, ...record }) }
}

function requestOf(deps: Deps, { surface, account, channel, message, proof }: ConversationPlace): AuditRequest {
  return {
    account: { platform: surface, tenant: account.tenant, user: account.user },
    channel,
    message,
    signatureHash: proof?.signatureHash ?? null,
    sessionHash: proof?.sessionHash ?? null,
    mfa: null,
    // Checked by the adapter just before: what is not genuine never gets here.
    verifiedAt: deps.clock.now().toISOString(),
    sourceIp: proof?.sourceIp ?? null,
  }
}
