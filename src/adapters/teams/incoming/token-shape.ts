import { z } from 'zod'

const Header = z.object({ alg: z.string(), kid: z.string().min(1).max(500) })
const Claims = z.object({
  iss: z.string(),
  aud: z.string(),
  serviceurl: z.string().optional(),
  serviceUrl: z.string().optional(),
})

const ISSUERS: readonly string[] = ['https://api.botframework.com', 'https://api.botframework.us']
const LONGEST_TOKEN = 8_000

/**
 * A look at a token before botbuilder checks it: `Bearer` with one RS256 token of the Bot Framework itself, made for
 * us. Everything else it would take, tokens of emulators, of other bots and of App Service, is refused here; so are
 * those on which it breaks (other algorithms, none). Nothing is believed yet: the signature is botbuilder’s to check.
 */
export function hasBotFrameworkShape(authorization: string | undefined, appId: string): boolean {
  if (authorization === undefined || authorization.length > LONGEST_TOKEN) return false
  const token = /^Bearer ([\w-]+)\.([\w-]+)\.[\w-]+$/.exec(authorization)
  const header = Header.safeParse(decoded(token?.[1]))
  const claims = Claims.safeParse(decoded(token?.[2]))
  if (!header.success || !claims.success) return false
  return header.data.alg === 'RS256' && ISSUERS.includes(claims.data.iss) && claims.data.aud === appId
}

function decoded(part: string | undefined): unknown {
  try {
    return JSON.parse(Buffer.from(part ?? '', 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}
