import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createArgoCd } from '../../../src/connectors/argocd/create-argocd.ts'
import { SERVICE, SINCE } from './outside-reads.ts'
import { VendorServer } from '../../fakes/vendor-server.ts'

const at = (minute: string) => `2026-11-21T08:${minute}:00Z`
const image = { type: 'Warning', reason: 'BackOff', involvedObject: { kind: 'Pod', name: 'checkout-1' } }

let items: readonly object[]
let server: VendorServer
beforeEach(async () => {
  server = new VendorServer(() => ({ status: 200, body: { items } }))
  await server.listen()
})
afterEach(() => server.close())

async function facts() {
  const argocd = createArgoCd({ url: new URL(server.url), token: 't', projectOf: () => null, timeoutMs: 2_000 })
  const question = { incidentId: 'INC-7', services: [SERVICE], since: SINCE }
  const [part] = await argocd.evidence.gather(question, AbortSignal.timeout(60_000))
  return part?.status === 'fulfilled' ? part.value : []
}

describe('what Kubernetes noted about an app', () => {
  it('is one fact for each reason and object, the newest of them, and leaves room for the others', async () => {
    const again = Array.from({ length: 6 }, (_none, index) => ({
      ...{ ...image, message: `try ${String(index)}` },
      lastTimestamp: at(`1${String(index)}`),
    }))
    items = [...again, { reason: 'OperationCompleted', message: 'synced', lastTimestamp: at('05') }]

    expect((await facts()).map(({ fact }) => fact)).toEqual([
      'checkout, Pod checkout-1: BackOff: try 5',
      'checkout, checkout: OperationCompleted: synced',
    ])
  })

  it('is told from the time that is asked about, also where only the newer interface names one', async () => {
    items = [
      { ...image, message: 'long ago', lastTimestamp: '2026-11-20T08:00:00Z' },
      { ...image, message: 'at no time' },
      { ...image, message: 'now', eventTime: at('10') },
    ]

    expect((await facts()).map(({ at: when, fact }) => [when.toISOString().slice(11, 16), fact])).toEqual([
      ['08:10', 'checkout, Pod checkout-1: BackOff: now'],
    ])
  })

  it('has a reason of one line that ends', async () => {
    items = [{ ...image, reason: `Back\nOff${'x'.repeat(10_000)}`, message: '', lastTimestamp: at('10') }]

    expect((await facts())[0]?.data['event']).toMatch(/^Back Offx{107}… \(truncated\)$/)
  })
})
