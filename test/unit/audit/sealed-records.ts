import { COUNTERSIGN } from '../../../src/domain/actor.ts'
import type { AuditRecord } from '../../../src/domain/audit-entry.ts'
import type { JsonObject } from '../../../src/kernel/json.ts'

const HASH = 'c0ffee00'.repeat(8)
const INTENT: AuditRecord = {
  event: 'step.intended',
  actor: COUNTERSIGN,
  origin: 'clock',
  outcome: 'success',
  target: { system: 'argocd', resource: 'payments/checkout', environment: 'production', service: 'checkout' },
  incidentId: 'INC-1',
  proposalId: 'PRO-1',
  runId: 'RUN-1',
  stepId: 'rollback',
  playbook: { name: 'rollback-bad-deploy', digest: HASH },
  planHash: HASH,
  policyVersion: HASH.slice(0, 16),
  execution: { attempt: 1, effect: 'main', idempotencyKey: 'RUN-1:rollback:main', fence: 1, requestHash: HASH },
  params: { app: 'checkout', id: '40', nested: { z: 1, a: [true, null, 1.5e21, -0] } },
  preconditions: { revision: 'r0' },
  rollbackRef: 'none',
  states: { attempt: 'intended' },
}
const withDetails = (details: JsonObject): AuditRecord => ({ ...INTENT, details })
const odd: unknown = JSON.parse(
  '{"__proto__":{"a":"token=abcdefgh"},"10":1,"9":2,"b":"\\u0000\\ud800 \\u2028\\"","a":"é","constructor":"x","":""}',
)

/** Each with the hash of what it was sealed to; `sealed-bytes.test.ts` says by whom. */
export const SEALED_RECORDS: readonly {
  readonly name: string
  readonly record: AuditRecord
  readonly leafHash: string
}[] = [
  { name: 'an intent', record: INTENT, leafHash: '7720da114129ad7cde4511460f1f2922aaa248844a1568efc763db4f547db127' },
  {
    name: 'what has odd names',
    record: withDetails(odd as JsonObject),
    leafHash: '3f5eefc2ba7dab9243cf3d1219bafe19d9acab07392b10cbc996b76a68afe7ea',
  },
  {
    name: 'what holds secrets by name, shape and value',
    record: withDetails({
      apiKey: 'x',
      password: null,
      token: true,
      text: 'Bearer abcdefghijkl and canary-0123456789abcdef, canary-0123\n456789abcdef',
      list: ['xoxb-123456789012', { 'canary-0123456789abcdef': 1, after: 2, before: 'sk-abcdefghijklmnopqrst' }],
      bytes: [...Buffer.from('canary-0123456789abcdef')],
      harmless: [...Buffer.from('nothing to see')],
    }),
    leafHash: 'd780beee55287208298e7f36da353dc7b84e81b4443a9a7e0be475d6a919443b',
  },
  {
    name: 'a decision of a person by a chat account',
    record: {
      event: 'decision.recorded',
      actor: { type: 'human', id: 'ana@bank.example', name: 'Ana Ruiz' },
      origin: 'slack',
      outcome: 'success',
      target: { system: 'countersign', resource: 'unknown', environment: null, service: 'unknown' },
      proposalId: 'PRO-2',
      request: {
        account: { platform: 'slack', tenant: 'T1', user: 'U1' },
        channel: 'C1',
        message: null,
        signatureHash: HASH,
        sessionHash: null,
        mfa: null,
        verifiedAt: null,
      },
      details: {
        decision: 'approve',
        reason: 'pwd: hunter2hunter2',
        quorum: { have: 1, of: 2, undefinedOne: undefined },
      },
    } as unknown as AuditRecord,
    leafHash: 'd5b0603c39e8dfb27fc016730f81cbfd9f66b83eeb41721e75ca0e392214bf10',
  },
  {
    name: 'what is nested too deep',
    record: withDetails(Array.from({ length: 70 }).reduce<JsonObject>((inner) => ({ inner }), { end: 1 })),
    leafHash: '4930bedb40397955eea26fa0c865b1383462b5307c62c708cf9846340df4af01',
  },
  {
    name: 'what other than plain objects brings along',
    record: withDetails({ at: new Date(0), typed: new Uint8Array([1, 2, 3, 4, 5, 6, 7]) } as unknown as JsonObject),
    leafHash: 'd486329793c69d52c04550668dc566891271af72a642077dddd1045766a1e960',
  },
]
