import { z } from 'zod'

/** What Teams sends, with only the fields that are used: everything else is dropped before botbuilder or we look at it. */
const id = z.string().min(1).max(500)
const text = z.string().max(100_000)
const named = z.object({ id }).nullish()

export const Activity = z.object({
  type: z.string().min(1).max(64),
  id: id.nullish(),
  channelId: z.string().min(1).max(64),
  serviceUrl: z.string().min(1).max(2_000),
  from: z.object({
    id,
    name: text.nullish(),
    aadObjectId: id.nullish(),
    role: z.string().max(64).nullish(),
  }),
  recipient: z.object({ id, name: text.nullish() }),
  conversation: z.object({
    id,
    conversationType: z.string().max(64).nullish(),
    tenantId: id.nullish(),
  }),
  channelData: z
    .object({
      tenant: named,
      team: named,
      channel: named,
      eventType: z.string().max(100).nullish(),
    })
    .nullish(),
  /** Of an invoke: `adaptiveCard/action`. */
  name: z.string().max(200).nullish(),
  /** Of an installation: `add`, `remove` and kinds of them. */
  action: z.string().max(64).nullish(),
  text: text.nullish(),
  replyToId: id.nullish(),
  entities: z
    .array(
      z.object({
        type: z.string().max(100),
        text: text.nullish(),
        mentioned: z.object({ id, aadObjectId: id.nullish() }).nullish(),
      }),
    )
    .max(200)
    .nullish(),
  membersAdded: z.array(z.object({ id })).max(1_000).nullish(),
  membersRemoved: z.array(z.object({ id })).max(1_000).nullish(),
  /** Of a press: read further where it is one. */
  value: z.unknown().optional(),
})
export type Activity = z.infer<typeof Activity>

/** `Action.Execute`: what the card's button carries, and what was typed into the card. */
export const CardAction = z.object({
  action: z.object({
    type: z.string().max(64),
    verb: z.string().max(200).nullish(),
    data: z.record(z.string().max(200), z.unknown()).nullish(),
  }),
})

/** What a button of ours carries in its data; `words` are those typed beside it. */
export const PressData = z.object({ countersign: z.string().max(2_000) })
