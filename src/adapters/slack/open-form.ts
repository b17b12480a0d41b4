import { refusedBecause } from '../shared/refused-because.ts'
import { z } from 'zod'
import type { Reply } from '../../orchestrator/index.ts'
import type { ReplyRoad } from './outgoing/send-reply.ts'
import type { types } from '@slack/bolt'

const FORM_TIMEOUT_MS = 3_000
const Done = z.object({ ok: z.literal(true) })

/** Null when it is open; else what to say: a trigger lives for three seconds, and works once. */
export async function openForm(
  road: ReplyRoad,
  triggerId: string,
  view: types.ModalView,
  typed: string,
): Promise<Reply | null> {
  try {
    await road.api.call('views.open', { trigger_id: triggerId, view }, Done, AbortSignal.timeout(FORM_TIMEOUT_MS))
    return null
  } catch (error) {
    road.log.warn({ err: error, form: view.callback_id }, 'slack form could not be opened')
    return refusedBecause(
      'no_form',
      `The form could not be opened, so nothing counts yet. Press again, or type "${typed}".`,
    )
  }
}
