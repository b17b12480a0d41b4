import { randomUUID } from 'node:crypto'
import {
  blockActions,
  commandFields,
  eventCallback,
  mentionEvent,
  reaction,
  viewSubmission,
} from '../../fakes/slack/payloads.ts'
import { signForm, signJson, signPayload } from '../../fakes/slack/slack-driver.ts'
import type { DriverAnswer, SignedRequest } from '../../fakes/slack/slack-driver.ts'
import type { EmulatedMessage, EmulatedSlack } from './emulated-slack.ts'
import type { SlackUser } from '../../fakes/slack/payloads.ts'

interface Button {
  readonly action_id: string
  readonly value: string
  readonly text: { readonly text: string }
}

/** What people type and press in the emulated Slack, sent to the product as Slack signs it; emulate itself sends nothing. */
export class SlackHand {
  readonly #address: string
  readonly #secret: string
  readonly #slack: EmulatedSlack

  constructor(url: string, secret: string, slack: EmulatedSlack) {
    this.#address = `${url}/slack/events`
    this.#secret = secret
    this.#slack = slack
  }

  async command(by: SlackUser, text: string, channel: string): Promise<DriverAnswer> {
    return this.send(await this.commandRequest(by, text, channel))
  }

  async commandRequest(by: SlackUser, text: string, channel: string): Promise<SignedRequest> {
    const place = { channel, ...(await this.#placeOf(by)) }
    return signForm(this.#secret, new URLSearchParams(commandFields(by, text, place)).toString())
  }

  /** Marks a message with a pin, for the timeline. */
  pin(by: SlackUser, at: { readonly channel: string; readonly ts: string }): Promise<DriverAnswer> {
    return this.#event(by, reaction(by, 'reaction_added', at))
  }

  openHome(by: SlackUser): Promise<DriverAnswer> {
    return this.#event(by, { type: 'app_home_opened', user: by.user, channel: `D${by.user}`, tab: 'home' })
  }

  #event(by: SlackUser, event: object): Promise<DriverAnswer> {
    return this.send(signJson(this.#secret, JSON.stringify(eventCallback(by, `Ev${randomUUID()}`, event))))
  }

  mention(by: SlackUser, text: string, at: { readonly channel: string; readonly thread: string }) {
    const event = mentionEvent(by, text, { ...at, eventId: `Ev${randomUUID()}` })
    return this.send(signJson(this.#secret, JSON.stringify(event)))
  }

  /** Presses the button of that name on a message that emulate holds. */
  async press(
    by: SlackUser,
    at: { readonly channel: string; readonly message: EmulatedMessage },
    label: string,
  ): Promise<DriverAnswer> {
    const { channel, message } = at
    const button = buttonsOf(message).find((one) => one.text.text === label)
    if (button === undefined) {
      const labels = buttonsOf(message).map((one) => one.text.text)
      throw new Error(`No button "${label}"; there are: ${labels.join(', ')}`)
    }
    const pressed = { actionId: button.action_id, value: button.value }
    const place = { channel, message: message.ts, ...(await this.#placeOf(by)) }
    return this.send(signPayload(this.#secret, blockActions(by, { ...place, ...pressed })))
  }

  /** Fills in the form that was opened last, and sends it. */
  async submit(by: SlackUser, words: string): Promise<DriverAnswer> {
    const views = this.#slack.gate.calls
      .filter(({ method }) => method === 'views.open' || method === 'views.update')
      .map(({ args }) => JSON.parse(args['view'] ?? '') as Record<string, string>)
    const view = views.findLast(({ callback_id: id }) => id !== 'countersign_waiting')
    if (view === undefined) throw new Error('No form was opened.')
    const payload = viewSubmission(by, {
      callbackId: view['callback_id'] ?? '',
      privateMetadata: view['private_metadata'] ?? '',
      values: { reason: { text: { type: 'plain_text_input', value: words } } },
      triggerId: await this.#slack.issueTrigger(by.user),
    })
    return this.send(signPayload(this.#secret, payload))
  }

  async #placeOf(by: SlackUser): Promise<{ responseUrl: string; triggerId: string }> {
    return {
      responseUrl: this.#slack.gate.issueResponseUrl(by.user),
      triggerId: await this.#slack.issueTrigger(by.user),
    }
  }

  async send({ body, headers }: SignedRequest): Promise<DriverAnswer> {
    const answer = await fetch(this.#address, { method: 'POST', body, headers, redirect: 'manual' })
    return { status: answer.status, text: await answer.text() }
  }
}

export function buttonsOf(message: EmulatedMessage): readonly Button[] {
  return (message.blocks ?? [])
    .filter((block) => block['type'] === 'actions')
    .flatMap((block) => block['elements'] as Button[])
}
