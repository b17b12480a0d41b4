import { askerOf } from './freeze-service.ts'
import type { DeadLetter } from '../ports/dead-letter-store.ts'
import type { Deps } from './dependencies.ts'
import type { Origin } from '../domain/surface.ts'

const MOST_AT_ONCE = 1_000

export interface SendAgainInput {
  readonly ids: readonly string[] | 'all'
  readonly origin: Origin
}

/** Dead letters wait again, as new, once whoever holds the machine has mended what stood in their way. */
export async function sendAgain(deps: Deps, input: SendAgainInput): Promise<readonly DeadLetter[]> {
  const { actor } = askerOf(deps, null)
  return deps.unitOfWork.run(async (stores) => {
    const ids = input.ids === 'all' ? (await stores.deadLetters.list(MOST_AT_ONCE)).map(({ id }) => id) : input.ids
    const revived = await stores.deadLetters.revive(ids)
    if (revived.length === 0) return []
    await stores.audit.append([
      deps.seal({
        event: 'outbox.retried',
        actor,
        origin: input.origin,
        outcome: 'success',
        target: { system: 'countersign', resource: 'outbox', environment: null },
        details: { messages: revived.map(({ id, surface, message }) => `${id} ${surface} ${message.kind}`) },
      }),
    ])
    return revived
  })
}
