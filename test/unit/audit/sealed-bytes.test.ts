import { expect, it } from '@jest/globals'
import { leafHashOf } from '../../../src/audit/hash-chain.ts'
import { sealEntry } from '../../../src/audit/seal-entry.ts'
import { SEALED_RECORDS } from './sealed-records.ts'

/**
 * The bytes of an entry stand for ever, and auditors make their hashes again: however sealing is made quicker, not one
 * of them changes. The hashes were made by the build before sealing was first made quicker, of schema 2: schema 3 is its
 * number, and a member that none of these has.
 */
const CONTEXT = {
  entryId: '018f0000-0000-7000-8000-000000000001',
  at: new Date('2026-11-27T10:00:00.123Z'),
  replica: 'r-1',
  build: '1.0.0',
  buildDigest: 'd'.repeat(64),
  clockOffsetMs: 3,
  secrets: ['canary-0123456789abcdef', 'short-1'],
  systems: { argocd: { account: 'ops', credentialRef: 'ARGOCD_TOKEN' } },
  isInPciScope: (service: string) => (service === 'unknown' ? undefined : service === 'checkout'),
  retentionMonths: 13,
} as const

it.each(SEALED_RECORDS)('$name is sealed to the bytes it always was', ({ record, leafHash }) => {
  const { bytes } = sealEntry(record, CONTEXT)
  const asBefore = Buffer.from(bytes)
    .toString()
    .replace(/"schema":3([,}])/, '"schema":2$1')

  expect(leafHashOf(Buffer.from(asBefore))).toBe(leafHash)
})
