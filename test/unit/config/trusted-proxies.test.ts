import { describe, expect, it } from '@jest/globals'
import { ConfigurationFile } from '../../../src/config/configuration-file.ts'
import { openHttpServer } from '../../../src/adapters/http/open-http-server.ts'
import { silentLogger } from '../../../src/kernel/silent-logger.ts'
import { silentTelemetry } from '../../../src/telemetry/silent-telemetry.ts'

const TAKEN = [
  ...['10.0.0.7', '10.0.0.0/24', '10.1.2.3/8', '192.0.2.1/32', '::1', '2001:db8::/64', '2001:DB8::7', '::1/128'],
  ...['::ffff:10.0.0.1', '::ffff:10.0.0.0/104'],
]
const WORDS = 'an address or network such as 10.0.0.7, 10.0.0.0/24 or 2001:db8::/64'
const EVERYBODY = 'the addresses of your proxies, not everybody'

const problemsOf = (trustedProxies: unknown) =>
  (ConfigurationFile.safeParse({ server: { trustedProxies } }).error?.issues ?? []).map(
    ({ path, message }) => `${path.join('.')}: ${message}`,
  )

describe('server.trustedProxies', () => {
  it('is nobody unless somebody says so', () => {
    expect(ConfigurationFile.parse({}).server.trustedProxies).toEqual([])
  })

  it('takes addresses and networks of both kinds, and so does the server that is given them', async () => {
    expect(problemsOf(TAKEN)).toEqual([])
    for (const trustedProxies of TAKEN.map((one) => [one])) {
      const common = { host: '127.0.0.1', port: 0, log: silentLogger, telemetry: silentTelemetry }
      await openHttpServer({ ...common, trustedProxies }).close()
    }
  })

  it.each([
    ...['lb.example.com', 'loopback', 'true', '*', '', '10.0.0', '10/8', '010.0.0.1', '10.0.0.0/33', '10.0.0.0/'],
    ...['10.0.0.0/255.0.0.0', '2001:db8::/129', '1::2::3', '[::1]', '10.0.0.7:443', '10.0.0.1,10.0.0.2', ' 10.0.0.1'],
    ...['fe80::1%eth0', true, 1, null],
  ])('refuses %j in words, with its place', (written) => {
    expect(problemsOf(['10.0.0.7', written])).toEqual([`server.trustedProxies.1: ${WORDS}`])
  })

  it.each(['0.0.0.0/0', '::/0'])('refuses %j, which would let anybody say who they are', (written) => {
    expect(problemsOf([written])).toEqual([`server.trustedProxies.0: ${EVERYBODY}`])
  })

  it('refuses more than a request may be compared with', () => {
    const many = (length: number) => Array.from({ length }, (_, index) => `10.0.0.${index}`)

    expect(problemsOf(many(100))).toEqual([])
    expect(problemsOf(many(101))).toEqual(['server.trustedProxies: at most 100 addresses and networks'])
  })
})
