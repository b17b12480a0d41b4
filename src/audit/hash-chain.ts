import { sha256Hex } from '../kernel/sha256.ts'

/** Before the first entry there is nothing: 64 zeros. */
export const CHAIN_START = '0'.repeat(64)

/** Keeps a link of the chain from ever being the hash of anything else. */
const LINK_DOMAIN = 'countersign-audit-link-v1\0'
const LEAF_PREFIX = Uint8Array.of(0)

/** RFC 6962: SHA-256(0x00 ‖ bytes). */
export function leafHashOf(bytes: Uint8Array): string {
  return sha256Hex(LEAF_PREFIX, bytes)
}

export function nextLink(previous: string, leafHash: string): string {
  return sha256Hex(LINK_DOMAIN, Buffer.from(previous, 'hex'), Buffer.from(leafHash, 'hex'))
}
