/** Random bytes as an argument, so that pure rooms and tests stay deterministic. */
export type RandomBytes = (size: number) => Uint8Array

/** UUIDv7 (RFC 9562): 48 bits of milliseconds, then randomness, so that ids sort by time. */
export function uuidV7(nowMs: number, randomBytes: RandomBytes): string {
  const bytes = Buffer.from(randomBytes(16))
  bytes.writeUIntBE(nowMs, 0, 6)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
