import { createSign, generateKeyPairSync } from 'node:crypto'
import { VendorServer } from '../vendor-server.ts'
import type { KeyObject } from 'node:crypto'

export interface TokenChange {
  readonly header?: Record<string, unknown>
  readonly claims?: Record<string, unknown>
  readonly key?: KeyObject
}

/** The Bot Framework's OpenID server on loopback: metadata, keys with endorsements, and tokens signed with them. */
export class OpenIdServer {
  readonly #pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
  readonly server: VendorServer = new VendorServer(({ path }) => {
    if (path === '/metadata') {
      return { status: 200, body: { issuer: 'https://api.botframework.com', jwks_uri: `${this.server.url}/keys` } }
    }
    const key = {
      ...this.#pair.publicKey.export({ format: 'jwk' }),
      kid: 'key-1',
      use: 'sig',
      endorsements: ['msteams'],
    }
    return path === '/keys' ? { status: 200, body: { keys: [key] } } : { status: 404 }
  })

  get metadataUrl(): string {
    return `${this.server.url}/metadata`
  }

  get publicKey(): KeyObject {
    return this.#pair.publicKey
  }

  /** A genuine token for this bot and service address, unless changed. */
  token(audience: string, serviceUrl: string, change: TokenChange = {}): string {
    const now = Math.floor(Date.now() / 1000)
    const header = { alg: 'RS256', typ: 'JWT', kid: 'key-1', x5t: 'key-1', ...change.header }
    const claims = {
      ...{ iss: 'https://api.botframework.com', aud: audience, serviceurl: serviceUrl },
      ...{ nbf: now - 60, exp: now + 3_600 },
      ...change.claims,
    }
    const signed = `${encode(header)}.${encode(claims)}`
    const signature = createSign('RSA-SHA256')
      .update(signed)
      .sign(change.key ?? this.#pair.privateKey, 'base64url')
    return `${signed}.${signature}`
  }
}

export function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
