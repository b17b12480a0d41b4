import { spawn } from 'node:child_process'
import type { ChildProcess, SpawnOptions } from 'node:child_process'
import type { ServerUser } from './choose-user.ts'

/**
 * How every PostgreSQL program is started: as its user, in a folder that this user can enter, and with almost no
 * environment, as other users may read that of a running server and ours holds tokens.
 */
export function spawnProgram(
  program: string,
  args: readonly string[],
  where: { readonly user: ServerUser | undefined; readonly folder: string },
  options: SpawnOptions,
): ChildProcess {
  const { PATH, SYSTEMROOT, TEMP } = process.env
  const env: NodeJS.ProcessEnv = { PATH, LC_ALL: 'C', TZ: 'UTC' }
  if (process.platform === 'win32') Object.assign(env, { SYSTEMROOT, TEMP })
  const identity = where.user === undefined ? {} : { uid: where.user.uid, gid: where.user.gid }
  return spawn(program, args, { ...options, ...identity, cwd: where.folder, env, windowsHide: true })
}

export interface Finished {
  readonly code: number | null
  readonly output: string
}

/** Runs a program to its end. A program that cannot be started at all counts as failed, with the reason as output. */
export function runProgram(
  program: string,
  args: readonly string[],
  where: { readonly user: ServerUser | undefined; readonly folder: string },
): Promise<Finished> {
  return new Promise((resolve) => {
    const child = spawnProgram(program, args, where, { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (chunk: string) => (output = (output + chunk).slice(-4000)))
    }
    child.on('error', (error) => resolve({ code: null, output: error.message }))
    child.on('close', (code) => resolve({ code, output }))
  })
}
