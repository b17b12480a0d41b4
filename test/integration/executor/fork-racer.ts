import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { QUICK_START } from '../../support/compile-cache.ts'
import { RacerAnswer } from './racer-orders.ts'
import type { RacerConfig } from './racer-program.ts'
import type { RacerOrder } from './racer-orders.ts'

const PROGRAM = fileURLToPath(new URL('racer-program.ts', import.meta.url))

export interface Racer {
  readonly pid: number
  /** Told at once, and answered when it is done; several go on beside one another. */
  order(order: Omit<RacerOrder, 'id'>): Promise<string>
  /** Until it has read the row that it will write, where it does so without the lock. */
  holding(): Promise<unknown>
  close(): Promise<void>
}

/** Ready for orders. */
export async function forkRacer(config: RacerConfig): Promise<Racer> {
  const { NODE_OPTIONS: _unused, ...env } = process.env
  const child = fork(PROGRAM, [], {
    execArgv: [...QUICK_START, '--disable-warning=ExperimentalWarning'],
    env: { ...env, COUNTERSIGN_TEST_RACER: JSON.stringify(config) },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const waiting = new Map<number, (outcome: string) => void>()
  const said = { ready: openGate(), holds: openGate() }
  child.on('message', (message) => {
    const { id, outcome } = RacerAnswer.parse(message)
    if (outcome === 'ready' || outcome === 'holds') said[outcome].open()
    waiting.get(id)?.(outcome)
    waiting.delete(id)
  })
  void exited.then(() => {
    said.ready.open()
    for (const answer of waiting.values()) answer('its process has ended')
  })
  await said.ready.opened
  if (child.pid === undefined) throw new Error('The racer could not be started.')
  let ids = 0
  return {
    pid: child.pid,
    order: (order) =>
      new Promise((resolve) => {
        ids += 1
        waiting.set(ids, resolve)
        child.send({ ...order, id: ids })
        if (order.does === 'go on') resolve('told')
      }),
    holding: () => said.holds.opened,
    close: async () => {
      child.kill('SIGKILL')
      await exited
    },
  }
}

function openGate(): { readonly opened: Promise<unknown>; readonly open: () => void } {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  return { opened: promise, open: () => resolve(undefined) }
}
