import { createHmac, randomUUID } from 'node:crypto'
import { blockActions, commandFields, mentionEvent, viewSubmission } from './payloads.ts'
import type { FakeSlack } from './fake-slack.ts'
import type { SlackUser } from './payloads.ts'
import type { StoredMessage } from './fake-slack-api.ts'

export interface SignedRequest {
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
}

export interface DriverAnswer {
  readonly status: number
  readonly text: string
}

/** Slack's other side: sends what people type and press, signed as Slack signs it. */
export class SlackDriver {
  readonly #address: string
  readonly #secret: string
  readonly #slack: FakeSlack

  constructor(address: string, secret: string, slack: FakeSlack) {
    this.#address = address
    this.#secret = secret
    this.#slack = slack
  }

  async send(request: SignedRequest): Promise<DriverAnswer> {
    const { body, headers } = request
    const answer = await fetch(this.#address, { method: 'POST', body, headers, redirect: 'manual' })
    return { status: answer.status, text: await answer.text() }
  }

  command(by: SlackUser, text: string, channel = 'C0001'): Promise<DriverAnswer> {
    return this.send(this.commandRequest(by, text, channel))
  }

  commandRequest(by: SlackUser, text: string, channel = 'C0001'): SignedRequest {
    const [responseUrl, triggerId] = [this.#slack.issueResponseUrl(by.user), this.#slack.issueTrigger()]
    const fields = commandFields(by, text, { channel, responseUrl, triggerId })
    return signForm(this.#secret, new URLSearchParams(fields).toString())
  }

  mention(by: SlackUser, text: string, at: { channel: string; thread?: string }): Promise<DriverAnswer> {
    const event = mentionEvent(by, text, { ...at, eventId: `Ev${randomUUID()}` })
    return this.send(signJson(this.#secret, JSON.stringify(event)))
  }

  /** Presses the button of that name on a message that Slack holds. */
  press(by: SlackUser, message: StoredMessage, label: string): Promise<DriverAnswer> {
    return this.send(this.pressRequest(by, message, label))
  }

  pressRequest(by: SlackUser, message: StoredMessage, label: string): SignedRequest {
    const { actionId, value } = findButton(message, label)
    const payload = blockActions(by, {
      channel: message.channel,
      message: message.ts,
      actionId,
      value,
      responseUrl: this.#slack.issueResponseUrl(by.user),
      triggerId: this.#slack.issueTrigger(),
    })
    return signPayload(this.#secret, payload)
  }

  /** Fills in the form that was opened last and sends it. */
  submit(by: SlackUser, words: string): Promise<DriverAnswer> {
    const view = this.#slack.callsOf('views.open').at(-1)?.args['view'] as Record<string, string> | undefined
    if (view === undefined) throw new Error('No form was opened.')
    const payload = viewSubmission(by, {
      callbackId: view['callback_id'] ?? '',
      privateMetadata: view['private_metadata'] ?? '',
      values: { reason: { text: { type: 'plain_text_input', value: words } } },
      triggerId: this.#slack.issueTrigger(),
    })
    return this.send(signPayload(this.#secret, payload))
  }
}

/** The button with that label; throws with the labels that are there. */
export function findButton(message: StoredMessage, label: string): { actionId: string; value: string } {
  const buttons = message.blocks
    .filter((block) => block['type'] === 'actions')
    .flatMap((block) => block['elements'] as { action_id: string; value: string; text: { text: string } }[])
  const button = buttons.find((one) => one.text.text === label)
  if (button === undefined) {
    throw new Error(`No button "${label}"; there are: ${buttons.map((one) => one.text.text).join(', ')}`)
  }
  return { actionId: button.action_id, value: button.value }
}

export function signForm(secret: string, body: string, atSeconds?: number): SignedRequest {
  return signed(secret, body, 'application/x-www-form-urlencoded', atSeconds)
}

export function signJson(secret: string, body: string, atSeconds?: number): SignedRequest {
  return signed(secret, body, 'application/json', atSeconds)
}

export function signPayload(secret: string, payload: object, atSeconds?: number): SignedRequest {
  return signForm(secret, new URLSearchParams({ payload: JSON.stringify(payload) }).toString(), atSeconds)
}

function signed(
  secret: string,
  body: string,
  contentType: string,
  atSeconds = Math.floor(Date.now() / 1000),
): SignedRequest {
  const timestamp = String(atSeconds)
  return {
    body,
    headers: {
      'content-type': contentType,
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`,
    },
  }
}
