import { randomBytes } from 'node:crypto'
import { closeSync, mkdirSync, openSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { findProcess, isAlive } from './process-identity.ts'
import type { ProcessIdentity } from './process-identity.ts'

/**
 * A claim is an empty file, created exclusively, whose name says which process made it. It lasts as long as that
 * process or until it is released, so a kill -9 leaves nothing to clear up by hand. Names are never used twice:
 * whoever finds a dead one may remove it without the danger of removing a fresh one in its place.
 */
export interface Claim {
  readonly name: string
  release(): void
}

export function makeClaim(folder: string): Claim {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const name = `${nameOfThisProcess()}.${randomBytes(6).toString('hex')}`
  const path = join(folder, name)
  closeSync(openSync(path, 'wx', 0o600))
  return { name, release: () => rmSync(path, { force: true }) }
}

/** Different for every process that ever ran here. */
export function nameOfThisProcess(): string {
  return `${process.pid}.${findProcess(process.pid)?.started ?? ''}`
}

/** The live processes that hold a claim here, but for our own claim. Dead claims are removed on the way. */
export function listOtherClaims(folder: string, own?: Claim): ProcessIdentity[] {
  const holders: ProcessIdentity[] = []
  for (const name of readNames(folder)) {
    if (name === own?.name) continue
    const holder = parseName(name)
    if (holder !== undefined && isAlive(holder)) holders.push(holder)
    else rmSync(join(folder, name), { force: true })
  }
  return holders
}

function readNames(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

function parseName(name: string): ProcessIdentity | undefined {
  const [pid, started] = name.split('.')
  if (pid === undefined || started === undefined || !/^[1-9]\d*$/.test(pid)) return undefined
  return { pid: Number(pid), started }
}
