import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { open, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { publishCheckpoint } from '../../../src/app/publish-checkpoint.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { Clock } from '../../../src/kernel/clock.ts'
import { silentLogger } from '../../../src/kernel/silent-logger.ts'
import { keepAudit } from '../../../src/orchestrator/keep-audit.ts'
import type { AuditKeeper } from '../../../src/orchestrator/keep-audit.ts'
import type { CheckpointLog } from '../../../src/ports/checkpoint-log.ts'
import type { Signals } from '../../../src/ports/signals.ts'
import { openCheckpointFolder, readCheckpointLines } from '../../../src/store/checkpoint-folder.ts'
import { CheckpointPlace } from '../../../src/store/checkpoint-place.ts'
import { FileThreads } from '../../../src/store/file-threads.ts'
import { createLeaseStore } from '../../../src/store/lease-store.ts'
import { openSignals } from '../../../src/store/signals.ts'
import { silentTelemetry } from '../../../src/telemetry/silent-telemetry.ts'
import { holdTimers } from '../../support/hold-timers.ts'
import { waitUntil } from '../../support/wait-until.ts'
import { openAuditWorld } from './audit-world.ts'
import type { AuditWorld } from './audit-world.ts'

/** Folders of checkpoints that never answer, as a mount does whose server is gone. */
let world: AuditWorld
let signals: Signals
let keeper: AuditKeeper | undefined
let errors: string[]
let monotonicMs: number
let timers: ReturnType<typeof holdTimers>
/** Whether anything hangs: only then time passes for who waits, so that what works is never too late. */
let hangs: boolean
/** Ends what hangs, so that nothing of a test is left. */
let endHanging: () => void
beforeEach(async () => {
  world = await openAuditWorld()
  signals = await openSignals({ url: world.test.url, log: silentLogger })
  errors = []
  monotonicMs = 0
  timers = holdTimers()
  hangs = false
  endHanging = () => undefined
})
afterEach(async () => {
  endHanging()
  await keeper?.close()
  keeper = undefined
  await signals.close()
  await world.close()
})

const clock: Clock = { now: () => new Date(), monotonicMs: () => monotonicMs }
const at = (name: string): string => join(world.folder, name)
const size = async (): Promise<number> => (await world.deps.sequencer.readHead()).size
const covered = async (): Promise<number> => (await world.deps.sequencer.readHead()).covered ?? 0
const sizesIn = async (name: string): Promise<readonly number[]> =>
  (await readCheckpointLines(at(name))).map((line) => (JSON.parse(line) as { size: number }).size)
const lastIn = async (name: string): Promise<number> => (await sizesIn(name)).at(-1) ?? 0
/** Time passes for whoever waits for what hangs, and until the next checkpoint is due. */
const inTime = (what: string, holds: () => Promise<boolean>): Promise<void> =>
  waitUntil(what, async () => {
    if (hangs) timers.passTime()
    monotonicMs += 10_000
    return holds()
  })

/** Its writes end when the test is over, or says so; counts how many were begun. */
function openHangingLog() {
  const begun: number[] = []
  let whenEnded: () => void = () => undefined
  const ended = new Promise<void>((resolve) => (whenEnded = resolve))
  endHanging = () => {
    hangs = false
    whenEnded()
  }
  const log: CheckpointLog = {
    findLast: async () => undefined,
    append: (checkpoint) => {
      begun.push(checkpoint.size)
      hangs = true
      return ended
    },
  }
  return { log, begun }
}

interface Places {
  readonly own: CheckpointLog
  readonly copies: readonly CheckpointLog[]
  /** The guards, so that a twin can do without. */
  readonly hasDeadlines?: boolean
}

async function start({ own, copies, hasDeadlines = true }: Places): Promise<AuditKeeper> {
  const threads = new FileThreads()
  const { startTimer } = timers
  const [ownPlace, ...copyPlaces] = [own, ...copies].map(
    (log, index) => new CheckpointPlace(`place ${String(index)}`, log, { threads, startTimer }),
  )
  const stores = { audit: world.deps.audit, leases: createLeaseStore(world.db) }
  // No incidents: nobody is told of a checkpoint in a thread.
  const told = { stores: { incidents: { list: async () => [] }, outbox: { append: async () => undefined } }, clock }
  const { publish } = publishCheckpoint(told as unknown as Deps, {
    copies: hasDeadlines ? copyPlaces : copies,
    lineEveryMs: 1,
  })
  keeper = await keepAudit({
    ...world.deps,
    checkpoints: hasDeadlines ? ownPlace! : own,
    publish,
    hanging: () => [ownPlace!, ...copyPlaces].filter(({ isHanging }) => isHanging).map(({ name }) => name),
    stores,
    signals,
    clock,
    log: { ...silentLogger, error: (_, message) => void errors.push(message) },
    telemetry: silentTelemetry,
    replicaId: 'one',
  })
  return keeper
}

describe('a copy whose write never ends', () => {
  it('keeps neither numbers, nor the other places, nor the end of the replica, and gets no second write', async () => {
    const hanging = openHangingLog()
    const one = await start({
      own: world.deps.checkpoints,
      copies: [hanging.log, openCheckpointFolder(at('near'))],
    })
    for (let round = 0; round < 3; round += 1) {
      await world.append(5)
      const all = await size()
      await inTime('the numbers and a checkpoint of them', async () => {
        const now = await size()
        return now >= all + 5 && (await lastIn('near')) >= now && (await covered()) >= now
      })
    }
    expect(one.hanging).toEqual(['place 1'])
    expect(errors.join()).toContain('not every place took it')

    await one.close()

    expect(hanging.begun).toHaveLength(1)
    // The last checkpoint as well, its own stop with it.
    expect(await lastIn('near')).toBe(await size())
    expect(await sizesIn('checkpoints')).toEqual(await sizesIn('near'))
  })

  it('keeps the other places from all further checkpoints where it has no deadline, though not the numbers (the twin)', async () => {
    const hanging = openHangingLog()
    await start({
      own: world.deps.checkpoints,
      copies: [hanging.log, openCheckpointFolder(at('near'))],
      hasDeadlines: false,
    })
    await inTime('the first checkpoint', async () => hanging.begun.length > 0 && (await lastIn('near')) > 0)
    const before = await lastIn('near')
    for (let round = 0; round < 3; round += 1) {
      await world.append(5)
      const all = await size()
      await inTime('the numbers', async () => (await size()) >= all + 5)
    }

    expect(await lastIn('near')).toBe(before)
    expect(await covered()).toBe(0)
  })

  it('leaves the log uncovered where no other copy takes one, until it answers again', async () => {
    const hanging = openHangingLog()
    await start({ own: world.deps.checkpoints, copies: [hanging.log] })
    await world.append(5)
    await inTime('its own checkpoint', async () => (await lastIn('checkpoints')) >= 6)
    await inTime('that it hangs', async () => keeper!.hanging.length > 0)
    expect(await covered()).toBe(0)

    endHanging()
    await inTime('that it is covered', async () => (await covered()) === (await size()))
    expect(keeper!.hanging).toEqual([])
  })
})

describe('a folder of its own that stops to answer', () => {
  const file = () => join(at('checkpoints'), 'checkpoints.jsonl')

  it('keeps neither numbers nor the copies, and the log is uncovered until it answers again', async () => {
    await start({ own: world.deps.checkpoints, copies: [openCheckpointFolder(at('near'))] })
    await world.append(5)
    await inTime('the first checkpoint', async () => (await covered()) >= 6)
    // Whoever opens a pipe that nobody writes to waits for real, in a thread of Node.
    const kept = (await readCheckpointLines(at('checkpoints'))).map((line) => `${line}\n`).join('')
    await rm(file())
    await promisify(execFile)('mkfifo', [file()])
    hangs = true
    endHanging = () => void open(file(), constants.O_RDWR | constants.O_NONBLOCK).then((pipe) => pipe.close())
    await inTime('that it hangs', async () => keeper!.hanging.length > 0)
    const before = await covered()
    for (let round = 0; round < 3; round += 1) {
      await world.append(5)
      const all = await size()
      await inTime('the numbers, and a checkpoint in the copy', async () => {
        const now = await size()
        return now >= all + 5 && (await lastIn('near')) >= now
      })
    }
    expect(await covered()).toBe(before)

    const pipe = await open(file(), constants.O_RDWR | constants.O_NONBLOCK)
    await rm(file())
    await writeFile(file(), kept)
    await pipe.close()
    hangs = false
    await inTime('that it is covered', async () => (await covered()) === (await size()))
    expect(keeper!.hanging).toEqual([])
  })

  it('has nothing signed where its last checkpoint was never read, and numbers go on (the twin of the one before)', async () => {
    await world.append(1)
    const never = new Promise<undefined>((resolve) => (endHanging = () => resolve(undefined)))
    hangs = true
    await start({
      own: { findLast: () => never, append: async () => undefined },
      copies: [openCheckpointFolder(at('near'))],
    })
    await world.append(5)
    await inTime('the numbers', async () => (await size()) >= 7)
    await inTime('that it hangs', async () => keeper!.hanging.length > 0 && errors.length > 0)

    await keeper!.close()

    expect(await lastIn('near')).toBe(0)
  })
})
