import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { DeliveryStore } from '../../../ports/delivery-store.ts'
import type { StateStore } from '@slack/bolt'

export interface StateParts {
  /** The same on every replica. */
  readonly secret: Uint8Array
  readonly lifeSeconds: number
  readonly deliveries: Pick<DeliveryStore, 'serve'>
}

/** Refused under the code by which Slack's library tells a wrong state. */
class InvalidStateError extends Error {
  readonly code = 'slack_oauth_invalid_state'
}

const SURFACE = 'slack-install'
const FORM = /^(\d{10})\.([\w-]{22})\.([\w-]{43})$/

/**
 * The state that goes to Slack and comes back: time and chance, signed. It lives for ten minutes and works once: the
 * callback writes it down, so that a second one finds it spent on whichever replica it arrives. That it belongs to this
 * browser is the library's cookie.
 */
export function singleUseState({ secret, lifeSeconds, deliveries }: StateParts): StateStore {
  const sign = (text: string) => createHmac('sha256', secret).update(text).digest('base64url')
  return {
    generateStateParam: async (_options, now) => {
      const text = `${String(Math.floor(now.getTime() / 1000))}.${randomBytes(16).toString('base64url')}`
      return `${text}.${sign(text)}`
    },
    verifyStateParam: async (now, state) => {
      const [, seconds = '', chance = '', signature = ''] = FORM.exec(state) ?? []
      const expected = Buffer.from(sign(`${seconds}.${chance}`))
      const given = Buffer.from(signature)
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw new InvalidStateError('forged')
      const age = now.getTime() / 1000 - Number(seconds)
      if (age > lifeSeconds || age < -1) throw new InvalidStateError('too old')
      const key = createHmac('sha256', secret).update(`spent ${state}`).digest('hex')
      if ((await deliveries.serve(SURFACE, key)) !== undefined) throw new InvalidStateError('used before')
      return { scopes: [] }
    },
  }
}
