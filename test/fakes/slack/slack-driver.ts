import { createHmac, randomUUID } from 'node:crypto'
import {
  blockActions,
  commandFields,
  eventCallback,
  globalShortcut,
  mentionEvent,
  messageShortcut,
  viewSubmission,
} from './payloads.ts'
import type { FakeSlack } from './fake-slack.ts'
import type { ShortcutOptions, SlackUser } from './payloads.ts'
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

  /** A form as it is, for what no shorter way says. */
  sendForm(fields: Readonly<Record<string, string>>): Promise<DriverAnswer> {
    return this.send(signForm(this.#secret, new URLSearchParams(fields).toString()))
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

  /** Writes the reason into the form that was opened last and sends it. */
  submit(by: SlackUser, words: string): Promise<DriverAnswer> {
    return this.fillIn(by, { reason: words })
  }

  /** Fills in the fields of the form that was opened last, by their blocks, and sends it. */
  fillIn(by: SlackUser, fields: Readonly<Record<string, string>>): Promise<DriverAnswer> {
    return this.send(signPayload(this.#secret, this.filledForm(by, fields)))
  }

  filledForm(by: SlackUser, fields: Readonly<Record<string, string>>): Record<string, unknown> {
    const view = this.#slack.forms().at(-1) as OpenForm | undefined
    if (view === undefined) throw new Error('No form was opened.')
    const inputs = view.blocks.filter(({ type }) => type === 'input')
    const unknown = Object.keys(fields).filter((name) => !inputs.some((block) => block.block_id === name))
    if (unknown.length > 0) throw new Error(`The form has no field ${unknown.join(', ')}.`)
    return viewSubmission(by, {
      callbackId: view.callback_id,
      privateMetadata: view.private_metadata,
      values: Object.fromEntries(
        inputs.map((block) => [block.block_id, valueOf(block, fields[block.block_id] ?? null)]),
      ),
      triggerId: this.#slack.issueTrigger(),
    })
  }

  /** The shortcut "Add to timeline" on a message. */
  addToTimeline(by: SlackUser, channel: string, message: ShortcutOptions['message']): Promise<DriverAnswer> {
    const payload = messageShortcut(by, {
      callbackId: 'countersign_add_to_timeline',
      channel,
      message,
      triggerId: this.#slack.issueTrigger(),
      responseUrl: this.#slack.issueResponseUrl(by.user),
    })
    return this.send(signPayload(this.#secret, payload))
  }

  /** A button on the app's home, which stands in no channel. */
  pressHome(by: SlackUser, actionId: string): Promise<DriverAnswer> {
    const triggerId = this.#slack.issueTrigger()
    const press = blockActions(by, { channel: '', message: '', actionId, value: '', responseUrl: '', triggerId })
    const home = { channel: null, response_url: null, container: { type: 'view', view_id: 'V1' } }
    return this.send(signPayload(this.#secret, { ...press, ...home }))
  }

  changeInputs(by: SlackUser, proposalId: string): Promise<DriverAnswer> {
    const place = { channel: 'C0001', message: '1.000001', triggerId: this.#slack.issueTrigger() }
    const responseUrl = this.#slack.issueResponseUrl(by.user)
    const press = { ...place, responseUrl, actionId: 'countersign_inputs', value: proposalId }
    return this.send(signPayload(this.#secret, blockActions(by, press)))
  }

  shortcut(by: SlackUser, callbackId: string): Promise<DriverAnswer> {
    return this.send(signPayload(this.#secret, globalShortcut(by, callbackId, this.#slack.issueTrigger())))
  }

  event(by: SlackUser, event: object, eventId = `Ev${randomUUID()}`): Promise<DriverAnswer> {
    return this.send(signJson(this.#secret, JSON.stringify(eventCallback(by, eventId, event))))
  }
}

interface OpenForm {
  readonly callback_id: string
  readonly private_metadata: string
  readonly blocks: readonly FormBlock[]
}

interface FormBlock {
  readonly type: string
  readonly block_id: string
  readonly element: { readonly type: string; readonly action_id: string }
}

/** As Slack sends it: a choice is an option, a text a value, and what was left empty is null. */
function valueOf({ element }: FormBlock, value: string | null): Readonly<Record<string, unknown>> {
  const option = value === null ? null : { text: { type: 'plain_text', text: value }, value }
  const given = element.type === 'static_select' ? { selected_option: option } : { value }
  return { [element.action_id]: { type: element.type, ...given } }
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
