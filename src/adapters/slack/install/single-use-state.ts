import { createHash } from 'node:crypto'
import type { DeliveryStore } from '../../../ports/delivery-store.ts'
import type { StateStore } from '@slack/oauth'

const SURFACE = 'slack-install'

/**
 * A state that works once: the library's own signed and short-lived one, which on top is written down when it comes
 * back. On whichever replica a second callback arrives, the state is spent.
 */
export function singleUseState(
  signed: StateStore,
  deliveries: Pick<DeliveryStore, 'serve'>,
  refuse: (message: string) => Error,
): StateStore {
  return {
    generateStateParam: (options, now) => signed.generateStateParam(options, now),
    verifyStateParam: async (now, state) => {
      const options = await signed.verifyStateParam(now, state)
      const key = createHash('sha256').update(state).digest('hex')
      if ((await deliveries.serve(SURFACE, key)) !== undefined) throw refuse('The state was used before.')
      return options
    },
  }
}
