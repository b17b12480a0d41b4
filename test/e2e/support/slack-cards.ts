import { buttonsOf } from './slack-hand.ts'
import { plainTextOf } from '../../unit/slack/words-of.ts'
import { waitLong } from './wait-long.ts'
import type { EmulatedMessage, EmulatedSlack } from './emulated-slack.ts'
import type { SlackUser } from '../../fakes/slack/payloads.ts'

/** What one sees in a channel of the emulated Slack. */
export class SlackCards {
  readonly #slack: EmulatedSlack
  readonly #channel: string

  constructor(slack: EmulatedSlack, channel: string) {
    this.#slack = slack
    this.#channel = channel
  }

  async waitForText(text: string): Promise<EmulatedMessage> {
    return waitLong(`a card with the words "${text}"`, () => this.#find((card) => textOf(card).includes(text)))
  }

  async waitForButton(label: string): Promise<EmulatedMessage> {
    return waitLong(`a card with the button ${label}`, () => this.#find((card) => hasButton(card, label)))
  }

  async hasButton(label: string): Promise<boolean> {
    return (await this.#find((card) => hasButton(card, label))) !== undefined
  }

  /** All that stands in the channel. */
  async text(): Promise<string> {
    return (await this.#slack.messagesIn(this.#channel)).map(textOf).join('\n')
  }

  async threadOf(card: EmulatedMessage): Promise<string> {
    const replies = await this.#slack.thread(this.#channel, card.ts)
    return replies.map((reply) => `${reply.text}\n${textOf(reply)}`).join('\n')
  }

  /** Everything that this person alone was told since the beginning, the newest last. */
  toldTo({ user }: SlackUser): string {
    const { answers, calls } = this.#slack.gate
    const answered = answers.filter((answer) => answer.user === user).map(({ body }) => plainTextOf(blocksOf(body)))
    const shown = calls
      .filter(({ method, args }) => method === 'chat.postEphemeral' && args['user'] === user)
      .map(({ args }) => plainTextOf(JSON.parse(args['blocks'] ?? '[]') as unknown[]))
    return [...answered, ...shown].join('\n')
  }

  async #find(fits: (card: EmulatedMessage) => boolean): Promise<EmulatedMessage | undefined> {
    return (await this.#slack.messagesIn(this.#channel)).find(fits)
  }
}

function textOf(message: EmulatedMessage): string {
  return plainTextOf(message.blocks ?? [])
}

function hasButton(message: EmulatedMessage, label: string): boolean {
  return buttonsOf(message).some((button) => button.text.text === label)
}

function blocksOf(body: Readonly<Record<string, unknown>>): readonly unknown[] {
  return (body['blocks'] ?? []) as readonly unknown[]
}
