import { describe, expect, it } from '@jest/globals'
import { COUNTERSIGN } from '../../../src/domain/actor.ts'
import type { AuditRecord } from '../../../src/domain/audit-entry.ts'
import type { JsonObject } from '../../../src/kernel/json.ts'
import { leafHashOf } from '../../../src/audit/hash-chain.ts'
import { sealEntry } from '../../../src/audit/seal-entry.ts'

const context = { entryId: 'id-1', at: new Date('2026-01-02T03:04:05.678Z'), replica: 'replica-1', build: '0.1.0' }
const record: AuditRecord = { event: 'incident.opened', actor: COUNTERSIGN, origin: 'webhook', outcome: 'success' }
const contentOf = (given: AuditRecord): JsonObject =>
  JSON.parse(Buffer.from(sealEntry(given, context).bytes).toString()) as JsonObject

describe('a sealed entry', () => {
  it('is canonical bytes with id, time, schema version, and their leaf hash', () => {
    const leaf = sealEntry({ ...record, incidentId: 'INC-1' }, context)

    expect(Buffer.from(leaf.bytes).toString()).toBe(
      '{"actor":{"id":"countersign","name":"Countersign","type":"service"},"at":"2026-01-02T03:04:05.678Z","build":"0.1.0","entryId":"id-1","event":"incident.opened","incidentId":"INC-1","origin":"webhook","outcome":"success","replica":"replica-1","schema":1}',
    )
    expect(leaf).toMatchObject({ incidentId: 'INC-1', event: 'incident.opened', leafHash: leafHashOf(leaf.bytes) })
  })

  it('leaves secrets out and says how many and by which rule', () => {
    const content = contentOf({
      ...record,
      details: { header: 'Authorization: Bearer abcdefghijklmnop', apiKey: 'k-123', title: 'high error rate' },
    })

    expect(content['details']).toEqual({
      header: 'Authorization: Bearer [redacted]',
      apiKey: '[redacted]',
      title: 'high error rate',
    })
    expect(content['redactions']).toEqual({ count: 2, rules: ['bearer', 'name'] })
  })

  it('keeps hashes, keys of idempotency and ids as they are', () => {
    const planHash = 'ab'.repeat(32)
    const execution = {
      attempt: 1,
      effect: 'main',
      idempotencyKey: 'RUN-1:rollback:main',
      fence: 3,
      requestHash: planHash,
    }

    expect(contentOf({ ...record, planHash, execution, runId: 'RUN-1' })).toMatchObject({ planHash, execution })
  })

  it('holds text that PostgreSQL could not, byte for byte', () => {
    const details = { text: '\0 and \ud800 alone' }

    expect(contentOf({ ...record, details })['details']).toEqual(details)
  })
})
