import { describe, expect, it } from '@jest/globals'
import { COUNTERSIGN } from '../../../src/domain/actor.ts'
import type { AuditRecord } from '../../../src/domain/audit-entry.ts'
import { canonicalJson } from '../../../src/kernel/canonical-json.ts'
import { sha256Hex } from '../../../src/kernel/sha256.ts'
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
      '{"actor":{"id":"countersign","name":"Countersign","type":"service"},"at":"2026-01-02T03:04:05.678Z","auth":{"method":"webhook_credential"},"build":"0.1.0","correlationId":"INC-1","dataClass":"internal","dbTime":"2026-01-02T03:04:05.678Z","entryId":"id-1","event":"incident.opened","incidentId":"INC-1","origin":"webhook","outcome":"success","phase":"recorded","redactions":{"count":0,"rules":[]},"replica":"replica-1","retentionUntil":"2027-01-03","schema":3}',
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

  it('says by whose clock: the time of this replica, and the time of the database as last measured', () => {
    const leaf = sealEntry(record, { ...context, clockOffsetMs: -61_000.4 })

    expect(JSON.parse(Buffer.from(leaf.bytes).toString())).toMatchObject({
      at: '2026-01-02T03:04:05.678Z',
      clockOffsetMs: -61_000,
      dbTime: '2026-01-02T03:03:04.678Z',
    })
  })

  it('names the account that spoke, and the proof of it, by hash', () => {
    const request = {
      account: { platform: 'slack', tenant: 'T1', user: 'U1' },
      channel: 'C1',
      message: '1700000000.000100',
      signatureHash: 'ab'.repeat(32),
      sessionHash: null,
      mfa: null,
      verifiedAt: '2026-01-02T03:04:05.000Z',
      sourceIp: '192.0.2.7',
    } as const
    const actor = { type: 'human', id: 'ana@bank.example', name: 'Ana' } as const

    expect(contentOf({ ...record, origin: 'slack', actor, request })).toMatchObject({
      actor: { ...actor, chat: request.account },
      auth: { method: 'slack_signature', verifiedAt: request.verifiedAt },
      request: {
        ...{ channel: 'C1', message: request.message, signatureHash: request.signatureHash },
        sourceIp: '192.0.2.7',
      },
    })
    expect(contentOf({ ...record, origin: 'slack', request })['actor']).not.toHaveProperty('chat')
  })

  it('knows whether the service is in scope for PCI DSS, where it is reached, and by which credential', () => {
    const target = { system: 'argocd', resource: 'prod/shop', environment: 'production', service: 'shop' }
    const execution = { attempt: 1, effect: 'main', idempotencyKey: 'RUN-1:a:main', fence: 1 }
    const known = { systems: { argocd: { account: 'argocd.example', credentialRef: 'env:ARGOCD_AUTH_TOKEN' } } }
    const sealed = (scope: boolean | undefined): JsonObject =>
      JSON.parse(
        Buffer.from(
          sealEntry({ ...record, target, execution }, { ...context, ...known, isInPciScope: () => scope }).bytes,
        ).toString(),
      ) as JsonObject

    expect(sealed(true)).toMatchObject({
      target: { ...target, account: 'argocd.example', pciScope: 'in' },
      execution: { ...execution, credentialRef: 'env:ARGOCD_AUTH_TOKEN' },
      dataClass: 'restricted',
    })
    expect(sealed(false)).toMatchObject({ target: { pciScope: 'out' }, dataClass: 'internal' })
    expect(sealed(undefined)).toMatchObject({ target: { pciScope: 'unknown' } })
  })

  it('keeps an entry twelve months at least, and as long as the months that stay in the database', () => {
    const until = (retentionMonths?: number): unknown => {
      const { bytes } = sealEntry(record, { ...context, ...(retentionMonths === undefined ? {} : { retentionMonths }) })
      return (JSON.parse(Buffer.from(bytes).toString()) as JsonObject)['retentionUntil']
    }

    expect([until(), until(3), until(24)]).toEqual(['2027-01-03', '2027-01-03', '2028-01-16'])
  })

  it('hashes parameters before it redacts them', () => {
    const params = { password: 'hunter2-hunter2', app: 'shop' }

    expect(contentOf({ ...record, params })).toMatchObject({
      params: { password: '[redacted]', app: 'shop' },
      paramsHash: sha256Hex(canonicalJson(params)),
    })
  })

  it('refuses to say that a language model decided or did something', () => {
    const llm = { type: 'llm', id: 'gpt', name: 'gpt' } as const
    const seal = (given: Partial<AuditRecord>) => () => sealEntry({ ...record, actor: llm, ...given }, context)

    expect(seal({ event: 'proposal.approved' })).toThrow('cannot be the actor')
    expect(seal({ event: 'decision.recorded' })).toThrow('cannot be the actor')
    expect(seal({ event: 'step.intended' })).toThrow('cannot be the actor')
    expect(seal({ event: 'break_glass.used' })).toThrow('cannot be the actor')
    expect(seal({ event: 'summary.written' })).not.toThrow()
    expect(() => sealEntry({ ...record, event: 'decision.recorded' }, context)).not.toThrow()
  })
})
