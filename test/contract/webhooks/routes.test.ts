import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { openIntakeWorld } from '../../integration/intake/intake-world.ts'
import type { IntakeWorld } from '../../integration/intake/intake-world.ts'

let world: IntakeWorld
beforeAll(async () => {
  world = await openIntakeWorld()
})
afterAll(() => world.close())

describe('every way in of the webhooks', () => {
  it('is in the inventory with how its caller is known', () => {
    expect(world.server.inventory).toEqual([
      { method: 'POST', path: '/webhooks/alertmanager', source: 'alertmanager', authentication: 'bearer token' },
      { method: 'POST', path: '/webhooks/argocd', source: 'argocd', authentication: 'bearer token' },
      { method: 'POST', path: '/webhooks/changes', source: 'changes', authentication: 'bearer token' },
      { method: 'POST', path: '/webhooks/github', source: 'github', authentication: 'X-Hub-Signature-256' },
    ])
  })

  it('refuses who shows nothing, in the JSON of webhooks, with headers that keep a browser harmless', async () => {
    for (const route of world.server.inventory) {
      const answer = await world.post(route.path, {}, {})

      expect(answer.status).toBe(401)
      expect(answer.body).toMatchObject({ error: 'not_authenticated' })
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
      expect(answer.headers.get('cache-control')).toBe('no-store')
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
    }
  })

  it('answers GET and HEAD with what it takes instead, and does nothing', async () => {
    for (const route of world.server.inventory) {
      for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH']) {
        const response = await fetch(`${world.url}${route.path}`, { method })
        await response.text()
        expect([method, response.status]).toEqual([method, method === 'HEAD' ? 404 : 405])
      }
    }
    expect(await world.count('deliveries')).toBe(0)
  })

  it('is asked of the policy: without the rule that lets sources in, a good request is refused and on record', async () => {
    const authorize = world.deps.authorize
    const strict = {
      ...world.deps,
      authorize: (request: Parameters<typeof authorize>[0]) => ({ ...authorize(request), verdict: 'forbid' as const }),
    }
    const { ingestAlerts } = await import('../../../src/orchestrator/ingest-alerts.ts')
    const { ingestChange } = await import('../../../src/orchestrator/ingest-change.ts')
    const delivery = { source: 'alertmanager', key: 'k', body: new Uint8Array(0), rejected: [] }

    await expect(ingestAlerts(strict, { ...delivery, alerts: [] })).rejects.toThrow(/^alertmanager may not /)
    await expect(ingestChange(strict, { ...delivery, changes: [] })).rejects.toThrow(/^alertmanager may not /)
    expect(await world.count('deliveries')).toBe(0)
    expect(
      await world.count(
        `audit_leaves WHERE event = 'request.refused' AND convert_from(bytes, 'UTF8') LIKE '%not_allowed%'`,
      ),
    ).toBe(2)
  })
})
