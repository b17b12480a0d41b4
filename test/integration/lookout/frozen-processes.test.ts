import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { DeadManSwitch } from '../../fakes/outside/dead-man-switch.ts'
import { FakeEvents } from '../../fakes/pagerduty/fake-events.ts'
import { eventually } from '../operations/eventually.ts'
import { BEN, CEM, openShop } from '../operations/shop.ts'
import type { Shop } from '../operations/shop.ts'

let shop: Shop
let events: FakeEvents
let outside: DeadManSwitch
beforeEach(async () => {
  events = new FakeEvents()
  // Three beats; the shortest that the configuration allows is 10 s.
  outside = new DeadManSwitch(30_000)
  await events.server.listen()
  await outside.open()
  shop = await openShop(
    {
      PAGERDUTY_ROUTING_KEY: events.routingKey,
      PAGERDUTY_EVENTS_URL: events.server.url,
      COUNTERSIGN_HEARTBEAT_SECRET: outside.secret,
    },
    [`operations: { heartbeat: { url: '${outside.address}', every: 10s } }`],
  )
})
afterEach(async () => {
  await shop.close()
  await events.server.close()
  await outside.close()
})

/** A minute passes on the clock of the database, which is the one that counts. */
async function aMinutePasses(): Promise<void> {
  await shop.sql(`UPDATE runs SET lease_until = lease_until - interval '1 minute' WHERE lease_owner IS NOT NULL`)
  await shop.sql(`UPDATE leases SET until = until - interval '1 minute'`)
}

it('a frozen worker is paged by the other process, and when that freezes too, from outside', async () => {
  const web = shop.start('serve', '--role', 'web')
  const worker = shop.start('serve', '--role', 'worker')
  const [webUrl] = await Promise.all([web.ready(), worker.ready()])
  await shop.alert(webUrl)
  await eventually('the worker posts the card', () => shop.card() !== undefined)
  const slack = shop.connectSlack(webUrl)
  await shop.propose(slack, 'INC-1', 'tell-twice')
  for (const person of [BEN, CEM]) await slack.press(person, shop.card()!, 'Approve')
  await eventually('the first step is done', async () => {
    return (await shop.sql(`SELECT 1 FROM attempts WHERE step_id = 'first' AND state = 'done'`)).length > 0
  })

  worker.signal('SIGSTOP')
  await aMinutePasses()
  await eventually('somebody is paged for the run', () =>
    [...events.open.values()].some((summary) => summary.startsWith('RUN-1 stands still')),
  )
  const ready = (await (await fetch(`${webUrl}/readyz`)).json()) as { readonly notes?: readonly string[] }
  expect(ready.notes?.join('\n')).toContain('RUN-1 stands still')
  expect(await (await fetch(`${webUrl}/metrics`)).text()).toMatch(/countersign_standing_still [1-9]/)

  worker.signal('SIGCONT')
  await eventually('the run succeeds', async () => {
    return (await shop.sql(`SELECT 1 FROM runs WHERE state = 'succeeded'`)).length === 1
  })
  await eventually('the page is over', () => events.open.size === 0)
  await eventually('the channel was told as well', () =>
    shop.slack.messagesIn('C0001').some(({ text }) => text.includes('RUN-1 stands still')),
  )
  expect(outside.pages).toBe(0)

  web.signal('SIGSTOP')
  worker.signal('SIGSTOP')
  await eventually('the switch outside pages', () => outside.pages === 1)
}, 240_000)
