import { fork } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { QUICK_START } from '../../support/compile-cache.ts'
import type { ProgramConfig } from './replica-program.ts'

const PROGRAM = fileURLToPath(new URL('replica-program.ts', import.meta.url))

export interface ForkedReplica {
  readonly pid: number
  readonly exited: Promise<void>
  /** Waits until the process stands still. */
  stopped(): Promise<void>
  resume(): void
  /** Also while it stands still. */
  kill(): void
}

export function forkReplica(config: ProgramConfig): ForkedReplica {
  const { NODE_OPTIONS: _unused, ...env } = process.env
  const child = fork(PROGRAM, [], {
    execArgv: [...QUICK_START, '--disable-warning=ExperimentalWarning'],
    env: { ...env, COUNTERSIGN_TEST_REPLICA: JSON.stringify(config) },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const { pid } = child
  if (pid === undefined) throw new Error('The replica could not be started.')
  return {
    pid,
    exited: new Promise((resolve) => child.once('exit', () => resolve())),
    stopped: async () => {
      while (stateOf(pid) !== 'T') await delay(10)
    },
    resume: () => process.kill(pid, 'SIGCONT'),
    kill: () => child.kill('SIGKILL'),
  }
}

function stateOf(pid: number): string {
  const fields = readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
  return fields.slice(fields.lastIndexOf(')') + 2, fields.lastIndexOf(')') + 3)
}
