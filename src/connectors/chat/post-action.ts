import { z } from 'zod'
import { parseArguments } from '../shared/parse-arguments.ts'
import type { JsonObject } from '../../kernel/json.ts'
import type { ActionModule } from '../action-module.ts'

const Arguments = z.strictObject({ text: z.string().trim().min(1).max(10_000) })

/** Appends the text to the incident's outbox, once per key however often it is called. */
export type PostToIncident = (incidentId: string, text: string, key: string) => Promise<void>

/** `chat/post`. The outbox knows the key, so sending the same again under it is harmless. */
export function createChatPostAction(post: PostToIncident): ActionModule {
  const read = (args: JsonObject) => parseArguments('chat/post', Arguments, args).text

  return {
    name: 'chat/post',
    describe: (args) => {
      read(args)
      return {
        target: { system: 'chat', resource: 'incident', lockKey: null },
        crashClass: 'idempotent',
        isVerification: false,
        effects: ['main'],
        callTimeoutMs: 5_000,
      }
    },
    readState: async (args) => {
      read(args)
      return null
    },
    perform: async (args, _before, context) => {
      await post(context.incidentId, read(args), context.idempotencyKey)
      return { outcome: 'done', detail: 'The message is on its way to the incident.', output: {}, after: null }
    },
    poll: async () => ({ outcome: 'unknown', detail: 'Posting has nothing to wait for.' }),
    // The outbox is not asked: posting again under the same key appends nothing if it is there already.
    reconcile: async (args, attempt, context) => {
      await post(context.incidentId, read(args), attempt.idempotencyKey)
      return {
        found: 'executed',
        result: { outcome: 'done', detail: 'The message is on its way to the incident.', output: {}, after: null },
      }
    },
  }
}
