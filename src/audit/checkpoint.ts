import { createPublicKey, sign, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import type { Checkpoint } from '../domain/audit-entry.ts'
import { canonicalJson } from '../kernel/canonical-json.ts'
import { sha256Hex } from '../kernel/sha256.ts'

export type UnsignedCheckpoint = Omit<Checkpoint, 'signature' | 'keyId'>

/** The first 16 hex digits of the hash of the public key in DER. */
export function keyIdOf(key: KeyObject): string {
  const publicKey = key.type === 'public' ? key : createPublicKey(key)
  return sha256Hex(publicKey.export({ type: 'spki', format: 'der' })).slice(0, 16)
}

export function signCheckpoint(checkpoint: UnsignedCheckpoint, privateKey: KeyObject): Checkpoint {
  const named = { ...checkpoint, keyId: keyIdOf(privateKey) }
  return { ...named, signature: sign(null, signedBytes(named), privateKey).toString('base64') }
}

export function verifyCheckpoint(checkpoint: Checkpoint, publicKey: KeyObject): boolean {
  const { signature, ...named } = checkpoint
  return verify(null, signedBytes(named), publicKey, Buffer.from(signature, 'base64'))
}

/** One line of a checkpoint file. */
export function printCheckpoint(checkpoint: Checkpoint): string {
  return `${canonicalJson({ ...checkpoint })}\n`
}

function signedBytes(named: UnsignedCheckpoint & { readonly keyId: string }): Buffer {
  return Buffer.from(canonicalJson({ ...named }))
}
