import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { cleanEnvironment } from './workplace.ts'
import type { Workplace } from './workplace.ts'

/** A vendor in a process of its own, so that what it costs is not counted to the product's event loop or to ours. */
export interface StandIn<Arrival> {
  readonly origin: string
  /** What arrived since the last time it was asked. */
  collect(): Promise<readonly Arrival[]>
  tell(command: object): void
}

/** `script` is one of the stand-ins in this folder. */
export async function startStandIn<Arrival>(workplace: Workplace, script: URL): Promise<StandIn<Arrival>> {
  const child = workplace.start([fileURLToPath(script)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: cleanEnvironment(),
  })
  const { port } = await answerOf<{ port: number }>(child)
  return {
    origin: `http://127.0.0.1:${String(port)}`,
    collect: async () => {
      const answer = answerOf<{ arrivals: readonly Arrival[] }>(child)
      child.send({ collect: true })
      return (await answer).arrivals
    },
    tell: (command) => child.send(command),
  }
}

async function answerOf<Answer>(child: ChildProcess): Promise<Answer> {
  const ended = new AbortController()
  const died = once(child, 'exit', { signal: ended.signal }).then(() => {
    throw new Error('A stand-in of a vendor ended early.')
  })
  const answered = once(child, 'message', { signal: ended.signal }) as Promise<[Answer]>
  try {
    const [answer] = await Promise.race([answered, died])
    return answer
  } finally {
    died.catch(() => undefined)
    answered.catch(() => undefined)
    ended.abort()
  }
}
