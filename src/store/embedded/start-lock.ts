import { setTimeout as delay } from 'node:timers/promises'
import { EmbeddedPostgresError } from './embedded-postgres-error.ts'
import { listOtherClaims, makeClaim } from './claims.ts'
import type { Claim } from './claims.ts'

const GIVE_UP_AFTER_MS = 120_000

/**
 * One process at a time starts, adopts or stops the server of a folder.
 *
 *   look -> somebody alive has a claim: wait a little, look again
 *        -> nobody: make a claim, look again -> still nobody: the lock is ours
 *                                            -> somebody else did the same: both withdraw, wait, look again
 *
 * Everyone creates before looking the second time, so of two that meet at least one sees the other; that both withdraw
 * costs a few milliseconds. A single lock file taken over from a dead holder could not promise this: between reading
 * that it is stale and removing it, another process may have replaced it by its own.
 */
export async function withStartLock<Result>(folder: string, work: () => Promise<Result>): Promise<Result> {
  const claim = await acquire(folder)
  try {
    return await work()
  } finally {
    claim.release()
  }
}

async function acquire(folder: string): Promise<Claim> {
  const giveUpAt = performance.now() + GIVE_UP_AFTER_MS
  for (;;) {
    const claim = tryToClaim(folder)
    if (claim !== undefined) return claim
    if (performance.now() > giveUpAt) throw busy(folder)
    await delay(5 + Math.random() * 20)
  }
}

function tryToClaim(folder: string): Claim | undefined {
  if (listOtherClaims(folder).length > 0) return undefined
  const claim = makeClaim(folder)
  if (listOtherClaims(folder, claim).length === 0) return claim
  claim.release()
  return undefined
}

function busy(folder: string): EmbeddedPostgresError {
  const pids = listOtherClaims(folder).map((holder) => holder.pid)
  return new EmbeddedPostgresError(
    'busy',
    `Another process (pid ${pids.join(', ')}) has been starting the embedded database for ${GIVE_UP_AFTER_MS / 1000} s. ` +
      `Look at what it waits for, or end it and start again.`,
  )
}
