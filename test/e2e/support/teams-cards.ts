import { TEAMS_CHANNEL } from './playground.ts'
import { actionsOf, textOfCard } from './adaptive-card.ts'
import { waitLong } from './wait-long.ts'
import type { Playground } from './playground.ts'
import type { TeamsMessage } from './playground-stream.ts'

/** What one sees in the channel of the Teams client. */
export class TeamsCards {
  readonly #teams: Pick<Playground, 'messages'>

  constructor(teams: Pick<Playground, 'messages'>) {
    this.#teams = teams
  }

  /** Posts of the channel itself that are cards. */
  cards(): readonly TeamsMessage[] {
    return this.#teams.messages.filter(({ conversation, card }) => conversation === TEAMS_CHANNEL && card !== undefined)
  }

  waitForText(text: string): Promise<TeamsMessage> {
    return waitLong(`a card in Teams with the words "${text}"`, () =>
      this.cards().find(({ card }) => textOfCard(card).includes(text)),
    )
  }

  waitForAction(title: string): Promise<TeamsMessage> {
    return waitLong(`a card in Teams with the action ${title}`, () =>
      this.cards().find(({ card }) => hasAction(card, title)),
    )
  }

  hasAction(title: string): boolean {
    return this.cards().some(({ card }) => hasAction(card, title))
  }

  /** All that the bot wrote there, in the channel or in one of its threads. */
  text(conversation = TEAMS_CHANNEL): string {
    const messages = this.#teams.messages.filter((message) => message.conversation === conversation)
    return messages.map(({ text, card }) => `${text}\n${textOfCard(card)}`).join('\n')
  }
}

function hasAction(card: unknown, title: string): boolean {
  return actionsOf(card).some((action) => action.title === title)
}
