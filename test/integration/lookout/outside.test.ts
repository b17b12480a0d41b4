import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { createHttpHeartbeat } from '../../../src/connectors/heartbeat/http-heartbeat.ts'
import { heartbeatAddress } from '../../../src/config/heartbeat-address.ts'
import { openLookout } from '../../../src/orchestrator/lookout/open-lookout.ts'
import type { Lookout } from '../../../src/orchestrator/lookout/open-lookout.ts'
import type { Pager } from '../../../src/ports/pager.ts'
import { DeadManSwitch } from '../../fakes/outside/dead-man-switch.ts'
import { waitUntil } from '../../support/wait-until.ts'
import { openWorld } from '../executor/world.ts'
import type { World } from '../executor/world.ts'

const EVERY_MS = 50
/** Longer than a busy machine keeps a pass. */
const GRACE_MS = 3_000

let world: World
let owner: Client
let outside: DeadManSwitch
let lookout: Lookout
beforeEach(async () => {
  world = await openWorld()
  owner = new Client({ connectionString: world.database.ownerUrl })
  await owner.connect()
  outside = new DeadManSwitch(GRACE_MS)
  await outside.open()
})
afterEach(async () => {
  await lookout.close()
  await outside.close()
  await owner.end()
  await world.close()
})

function heartbeat() {
  return createHttpHeartbeat({ url: heartbeatAddress(outside.address, outside.secret), everyMs: 1 })
}

async function open(pager: Pager | null = null): Promise<void> {
  const { deps } = await world.replica()
  lookout = openLookout({
    ...deps,
    ...{ listDeadJobs: () => Promise.resolve([]), pager, heartbeat: heartbeat(), lookEveryMs: EVERY_MS },
  })
}

const beats = (count: number) => waitUntil(`${String(count)} beats`, () => outside.beats >= count)
const paged = () => waitUntil('the switch outside pages', () => outside.pages > 0, 60_000)

describe('the switch outside', () => {
  it('is wound after every pass, and pages when the lookout stops', async () => {
    await open()
    await beats(3)
    expect(outside.pages).toBe(0)

    await lookout.close()
    await paged()
  })

  it('pages when the passes come to no end though the process lives, and is wound again when they do', async () => {
    await open()
    await beats(1)
    const user = new URL(world.database.url).username
    await owner.query(`REVOKE SELECT ON standstills FROM "${user}"`)

    await paged()
    const missed = outside.beats
    await owner.query(`GRANT SELECT ON standstills TO "${user}"`)
    await beats(missed + 1)
  })

  it('pages when no page is taken: it stands in for the pager', async () => {
    const deaf: Pager = {
      raise: () => Promise.reject(new Error('the pager takes nothing')),
      clear: () => Promise.reject(new Error('the pager takes nothing')),
    }
    await open(deaf)
    await beats(1)
    await owner.query(
      `INSERT INTO clock_duties (name, begun, begun_at) VALUES ('sweep runs', 4, clock_timestamp() - interval '1 hour')`,
    )

    await paged()
  })

  it('would not notice where beats do not wait for a pass', async () => {
    await open()
    await beats(1)
    const user = new URL(world.database.url).username
    await owner.query(`REVOKE SELECT ON standstills FROM "${user}"`)
    const before = outside.beats
    const careless = setInterval(
      () =>
        void heartbeat()
          .beat(AbortSignal.timeout(1_000))
          .catch(() => undefined),
      EVERY_MS,
    )
    try {
      // As long again as the switch waits, and longer.
      await beats(before + Math.ceil((2 * GRACE_MS) / EVERY_MS))
    } finally {
      clearInterval(careless)
    }

    expect(outside.pages).toBe(0)
  })
})

describe('of two processes', () => {
  it('one looks, and the other when the first one is gone', async () => {
    await open()
    await beats(1)
    const first = lookout
    const { rows: one } = await owner.query<{ owner: string }>(`SELECT owner FROM leases WHERE name = 'lookout'`)
    await open()

    await first.close()
    const before = outside.beats
    await beats(before + 2)

    const { rows: two } = await owner.query<{ owner: string }>(`SELECT owner FROM leases WHERE name = 'lookout'`)
    expect(two[0]!.owner).not.toBe(one[0]!.owner)
  })
})
