import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { createHttpHeartbeat } from '../../../src/connectors/heartbeat/http-heartbeat.ts'
import { heartbeatAddress } from '../../../src/config/heartbeat-address.ts'
import { openLookout } from '../../../src/orchestrator/lookout/open-lookout.ts'
import type { Lookout } from '../../../src/orchestrator/lookout/open-lookout.ts'
import type { Pager } from '../../../src/ports/pager.ts'
import type { Telemetry } from '../../../src/ports/telemetry.ts'
import { DeadManSwitch } from '../../fakes/outside/dead-man-switch.ts'
import { waitUntil } from '../../support/wait-until.ts'
import { openWorld } from '../executor/world.ts'
import type { World } from '../executor/world.ts'

const EVERY_MS = 50

let world: World
let owner: Client
let outside: DeadManSwitch
let lookout: Lookout
let failures = 0
beforeEach(async () => {
  world = await openWorld()
  owner = new Client({ connectionString: world.database.ownerUrl })
  await owner.connect()
  outside = new DeadManSwitch(null)
  failures = 0
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
  const count: Telemetry['count'] = (name) => {
    if (name === 'lookout_failures') failures += 1
  }
  lookout = openLookout({
    ...deps,
    telemetry: { ...deps.telemetry, count },
    ...{ listDeadJobs: () => Promise.resolve([]), pager, heartbeat: heartbeat(), lookEveryMs: EVERY_MS },
  })
}

const beats = (count: number) => waitUntil(`${String(count)} beats`, () => outside.beats >= count)
/** Passes come one after the other: after one that failed no beat of an earlier one is on its way. */
const failed = () => waitUntil('a pass fails', () => failures > 0)
/** Twice as long as the switch waits, of which nothing came in the second half. */
function passWithoutBeat(): void {
  outside.passGrace()
  outside.passGrace()
}
/** As long as the switch waits, several times over, with a beat each time. */
async function passWithBeats(): Promise<void> {
  for (let times = 0; times < 3; times += 1) {
    await beats(outside.beats + 1)
    outside.passGrace()
  }
}

describe('the switch outside', () => {
  it('is wound after every pass, and pages when the lookout stops', async () => {
    await open()
    await passWithBeats()
    expect(outside.pages).toBe(0)

    await lookout.close()
    passWithoutBeat()
    expect(outside.pages).toBeGreaterThan(0)
  })

  it('pages when the passes come to no end though the process lives, and is wound again when they do', async () => {
    await open()
    await beats(1)
    const user = new URL(world.database.url).username
    await owner.query(`REVOKE SELECT ON standstills FROM "${user}"`)
    await failed()

    passWithoutBeat()
    expect(outside.pages).toBeGreaterThan(0)
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
    await failed()

    passWithoutBeat()
    expect(outside.pages).toBeGreaterThan(0)
  })

  it('would not notice where beats do not wait for a pass', async () => {
    await open()
    await beats(1)
    const user = new URL(world.database.url).username
    await owner.query(`REVOKE SELECT ON standstills FROM "${user}"`)
    await failed()
    const careless = setInterval(
      () =>
        void heartbeat()
          .beat(AbortSignal.timeout(1_000))
          .catch(() => undefined),
      EVERY_MS,
    )
    try {
      await passWithBeats()
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
