// One install at a time per checkout. Plain JavaScript that Node 18 understands, without dependencies.
//
// The lock is a file beside node_modules (npm ci removes node_modules itself) that holds who has it. The holder
// refreshes its time, so a lock that went quiet belongs to a process that died, also when that process ran in another
// container on the same folder.
import { linkSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const DEFAULT_QUIET_MS = 20_000
const POLL_MS = 300

function tryTake(path, owner) {
  try {
    writeFileSync(path, owner, { flag: 'wx' })
    return true
  } catch (cause) {
    if (cause.code === 'EEXIST') return false
    if (cause.code === 'EROFS' || cause.code === 'EACCES') {
      throw new Error(`packages are missing and ${path} cannot be written. Run npm ci where the folder is writable.`, {
        cause,
      })
    }
    throw cause
  }
}

function look(path) {
  try {
    return { owner: readFileSync(path, 'utf8'), quietMs: Date.now() - statSync(path).mtimeMs }
  } catch (cause) {
    if (cause.code === 'ENOENT') return undefined
    throw cause
  }
}

/** Takes a dead owner's lock away. Where it turns out to be somebody else's by now, it is put back untouched. */
function removeDead(path, deadOwner) {
  const aside = `${path}.${randomUUID()}`
  try {
    renameSync(path, aside)
  } catch (cause) {
    if (cause.code === 'ENOENT') return
    throw cause
  }
  try {
    if (readFileSync(aside, 'utf8') !== deadOwner) linkSync(aside, path)
  } catch (cause) {
    if (cause.code !== 'EEXIST') throw cause
  } finally {
    rmSync(aside, { force: true })
  }
}

async function take(path, owner, quietMs) {
  let hasSaidSo = false
  while (!tryTake(path, owner)) {
    const found = look(path)
    if (found && found.quietMs > quietMs) {
      removeDead(path, found.owner)
      continue
    }
    if (found && !hasSaidSo) {
      console.log('Another start is installing the packages, waiting for it.')
      hasSaidSo = true
    }
    await sleep(POLL_MS)
  }
}

function refresh(path) {
  try {
    const now = new Date()
    utimesSync(path, now, now)
  } catch {
    // Without its lock file the install still ends well; only a second one could start beside it.
  }
}

/**
 * Runs `work` while no other process that uses this function works on the same folder. A lock that nobody refreshed
 * for `quietMs` counts as left behind.
 */
export async function withInstallLock(folder, work, { quietMs = DEFAULT_QUIET_MS } = {}) {
  const path = join(folder, '.install.lock')
  const owner = `${process.pid} ${randomUUID()}`
  await take(path, owner, quietMs)
  const timer = setInterval(() => refresh(path), quietMs / 10)
  try {
    return await work()
  } finally {
    clearInterval(timer)
    if (look(path)?.owner === owner) rmSync(path, { force: true })
  }
}
