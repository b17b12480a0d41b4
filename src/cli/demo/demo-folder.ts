import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { existsSync, readFileSync, statfsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { clearDemoFolder } from './clear-demo-folder.ts'

const PREFIX = 'demo-'
const OWNER = 'owner.pid'

export interface DemoFolder {
  readonly path: string
  /** What COUNTERSIGN_DATA is for this demo. */
  readonly data: string
  remove(): Promise<void>
}

const IN_MEMORY = '/dev/shm'
const ENOUGH_BYTES = 600_000_000

/**
 * A folder of its own for each demo; what a demo could not clear up at its end goes first. Below COUNTERSIGN_DATA when
 * that is set; else in memory where there is room, since nothing of a demo has to outlive it and a new database makes a
 * thousand files; else below ./.countersign.
 */
export async function makeDemoFolder(dataFolder: string | undefined): Promise<DemoFolder> {
  const parent = dataFolder ? resolve(dataFolder) : usualParent()
  await mkdir(parent, { recursive: true })
  await clearLeftovers(parent)
  const path = await mkdtemp(join(parent, PREFIX))
  // As root the database runs as somebody else, who has to pass through.
  await chmod(path, 0o711)
  await writeFile(join(path, OWNER), String(process.pid))
  return {
    path,
    data: join(path, 'data'),
    remove: () => clearDemoFolder(path),
  }
}

function usualParent(): string {
  if (!existsSync(IN_MEMORY)) return resolve('.countersign')
  const { bavail, bsize } = statfsSync(IN_MEMORY)
  const user = process.getuid?.() ?? 0
  return bavail * bsize > ENOUGH_BYTES ? join(IN_MEMORY, `countersign-${user}`) : resolve('.countersign')
}

async function clearLeftovers(parent: string): Promise<void> {
  const names = (await readdir(parent)).filter((name) => name.startsWith(PREFIX))
  const left = names.map((name) => join(parent, name)).filter((path) => !isAlive(ownerOf(path)))
  for (const path of left) await clearDemoFolder(path).catch(() => rm(path, { recursive: true, force: true }))
}

function ownerOf(path: string): number | undefined {
  try {
    return Number(readFileSync(join(path, OWNER), 'utf8'))
  } catch {
    return undefined
  }
}

function isAlive(pid: number | undefined): boolean {
  if (pid === undefined || !Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    return cause instanceof Error && 'code' in cause && cause.code === 'EPERM'
  }
}
