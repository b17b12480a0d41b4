import type { ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { cleanEnvironment } from '../support/workplace.ts'
import type { Workplace } from '../support/workplace.ts'
import { Answer, REPLICA_VARIABLE } from './orders.ts'
import type { Order, ReplicaConfig } from './orders.ts'

export interface Written {
  readonly entries: number
  readonly seconds: number
  readonly processorMs: number
}

export interface BenchReplica {
  readonly pid: number
  write(order: Order): Promise<Written>
  /** When its log last told of entries that wait, by the machine's monotonic clock. */
  readonly alarmAt: number | null
}

const PROGRAM = fileURLToPath(new URL('replica.ts', import.meta.url))

export async function openReplica(workplace: Workplace, config: ReplicaConfig): Promise<BenchReplica> {
  const child = workplace.start([...(process.env['BENCH_FLAGS']?.split(' ') ?? []), PROGRAM], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...cleanEnvironment(), [REPLICA_VARIABLE]: JSON.stringify(config) },
  })
  const replica = new Replica(child)
  await replica.next('ready')
  return replica
}

class Replica implements BenchReplica {
  readonly #child: ChildProcess
  readonly pid: number
  alarmAt: number | null = null
  #fail: (error: Error) => void = () => undefined

  constructor(child: ChildProcess) {
    this.#child = child
    child.on('exit', (code) => this.#fail(new Error(`A replica of the bench ended with ${String(code)}.`)))
    this.pid = child.pid ?? 0
    child.on('message', (message) => {
      const answer = Answer.parse(message)
      if (answer.kind === 'alarm') this.alarmAt = answer.at
    })
  }

  async write(order: Order): Promise<Written> {
    const written = this.next('written')
    this.#child.send(order)
    return written
  }

  next<Kind extends Answer['kind']>(kind: Kind): Promise<Extract<Answer, { kind: Kind }>> {
    return new Promise((resolve, reject) => {
      const onMessage = (message: unknown): void => {
        const answer = Answer.parse(message)
        if (answer.kind === 'failed') reject(new Error(answer.reason))
        else if (answer.kind === kind) resolve(answer as Extract<Answer, { kind: Kind }>)
        else return
        this.#child.off('message', onMessage)
      }
      this.#child.on('message', onMessage)
      this.#fail = reject
    })
  }
}
