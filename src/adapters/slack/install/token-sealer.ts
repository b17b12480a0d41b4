import { createCipheriv, createDecipheriv, createHash } from 'node:crypto'
import type { RandomBytes } from '../../../kernel/ids.ts'

export interface Sealed {
  readonly sealed: Uint8Array
  readonly keyId: string
}

export interface TokenSealer {
  /** The key that seals now; tokens under another one are sealed anew. */
  readonly keyId: string
  seal(id: string, token: string): Sealed
  /** Undefined when no key that is configured opens it as this row's. */
  open(id: string, sealed: Sealed): string | undefined
}

const CIPHER = 'aes-256-gcm'
const IV_BYTES = 12
const TAG_BYTES = 16

/**
 * Tokens at rest: AES-256-GCM with a fresh nonce for each, the nonce and the tag before the ciphertext. The row's id is
 * bound to it (AAD), so that one workspace's bytes open nothing in another's row. The first key seals, every key opens.
 * @param keys 32 bytes each, base64.
 */
export function createTokenSealer(keys: readonly string[], randomBytes: RandomBytes): TokenSealer {
  const known = keys.map((key) => ({ key: Buffer.from(key, 'base64'), keyId: idOfKey(key) }))
  const [current] = known
  if (current === undefined) throw new TypeError('A sealer needs a key.')
  return {
    keyId: current.keyId,
    seal: (id, token) => {
      const iv = Buffer.from(randomBytes(IV_BYTES))
      const cipher = createCipheriv(CIPHER, current.key, iv).setAAD(boundTo(id))
      const body = Buffer.concat([cipher.update(token, 'utf8'), cipher.final()])
      return { sealed: Buffer.concat([iv, cipher.getAuthTag(), body]), keyId: current.keyId }
    },
    open: (id, { sealed, keyId }) => {
      const key = known.find((one) => one.keyId === keyId)?.key
      return key === undefined ? undefined : openWith(key, id, Buffer.from(sealed))
    },
  }
}

function openWith(key: Buffer, id: string, bytes: Buffer): string | undefined {
  if (bytes.length < IV_BYTES + TAG_BYTES) return undefined
  const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
  decipher.setAAD(boundTo(id)).setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
  try {
    return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8')
  } catch {
    // Changed, or another row's: to whoever asks it is no token.
    return undefined
  }
}

function boundTo(id: string): Buffer {
  return Buffer.from(`countersign slack installation v1\0${id}`)
}

/** Names the key without telling anything of it. */
function idOfKey(key: string): string {
  return createHash('sha256')
    .update('countersign slack token key\0')
    .update(Buffer.from(key, 'base64'))
    .digest('hex')
    .slice(0, 12)
}
