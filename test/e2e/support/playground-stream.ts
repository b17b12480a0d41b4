import { z } from 'zod'

const Attachment = z.object({ contentType: z.string(), content: z.unknown() })
const Message = z.object({
  messageId: z.string(),
  text: z.string().optional(),
  attachments: z.array(Attachment).default([]),
})
const Event = z.object({ action: z.string(), actionConversationId: z.string(), message: Message.optional() })

/** A message of the bot as the user's screen has it now. */
export interface TeamsMessage {
  readonly id: string
  readonly conversation: string
  readonly text: string
  /** The content of its Adaptive Card. */
  readonly card: unknown
  readonly updates: number
}

export interface PlaygroundStream {
  /** The oldest first. */
  readonly messages: readonly TeamsMessage[]
  close(): void
}

/** What the Playground sends to a user's screen, kept as a screen would. */
export async function openPlaygroundStream(url: string): Promise<PlaygroundStream> {
  const shown = new Map<string, TeamsMessage>()
  const socket = new WebSocket(`${url.replace('http:', 'ws:')}/_ws_conversation/v1/conversations/stream`)
  socket.addEventListener('message', ({ data }) => {
    const { action, actionConversationId: conversation, message } = Event.parse(JSON.parse(String(data)))
    if (message === undefined) return
    const key = `${conversation} ${message.messageId}`
    const before = shown.get(key)
    if (action === 'deleteMessage') shown.delete(key)
    else {
      shown.set(key, {
        ...{ id: message.messageId, conversation, text: message.text ?? '' },
        card: message.attachments.find(({ contentType }) => contentType.endsWith('card.adaptive'))?.content,
        updates: before === undefined ? 0 : before.updates + 1,
      })
    }
  })
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => {
      resolve()
    })
    socket.addEventListener('error', () => {
      reject(new Error(`The Playground at ${url} has no stream.`))
    })
  })
  return {
    get messages() {
      return [...shown.values()]
    },
    close: () => {
      socket.close()
    },
  }
}
