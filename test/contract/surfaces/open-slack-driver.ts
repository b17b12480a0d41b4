import { openHttpServer } from '../../../src/adapters/http/open-http-server.ts'
import { openSlack } from '../../../src/adapters/slack/open-slack.ts'
import { SurfaceBudgets } from '../../../src/orchestrator/outbox/surface-budgets.ts'
import { buttonLabels, plainTextOf } from '../../unit/slack/words-of.ts'
import { buildRichConversation } from '../../../src/app/build-rich-conversation.ts'
import { deliverConfiguration } from '../../../src/orchestrator/outbox/deliver-configuration.ts'
import { deliverCard } from '../../../src/orchestrator/outbox/deliver-card.ts'
import { recordConversation } from './recorded-conversation.ts'
import { silentLogger } from '../../../src/kernel/silent-logger.ts'
import { startFakeSlack } from '../../fakes/slack/fake-slack.ts'
import { SlackDriver } from '../../fakes/slack/slack-driver.ts'
import { waitUntil } from '../../support/wait-until.ts'
import { waitingChange, withoutLayout } from './surface-driver.ts'
import type { Answered, SurfaceDriver } from './surface-driver.ts'
import type { CardReference } from '../../../src/ports/chat-surface.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { Person } from '../../../src/domain/person.ts'
import type { DriverAnswer } from '../../fakes/slack/slack-driver.ts'
import type { SlackUser } from '../../fakes/slack/payloads.ts'
import type { StoredMessage } from '../../fakes/slack/fake-slack-api.ts'

export const SLACK_TEAM = 'T0001'
export const SLACK_CHANNEL = 'C0001'
const SECRET = 'signing-secret-0001'

/** Slack as its people use it: signed requests to the real route, cards and answers on a fake Slack. */
export async function openSlackDriver(deps: Deps): Promise<SurfaceDriver> {
  const conversation = recordConversation(deps)
  const { telemetry, clock } = deps
  const fake = await startFakeSlack()
  const server = openHttpServer({ host: '127.0.0.1', port: 0, log: silentLogger, telemetry })
  const slack = await openSlack({
    ...{
      ...conversation,
      rich: buildRichConversation(deps),
      log: silentLogger,
      telemetry,
      clock,
      deliveries: deps.stores.deliveries,
    },
    settings: { botToken: fake.botToken, signingSecrets: [SECRET], appToken: null, apiUrl: fake.apiUrl },
    recordRefusal: () => Promise.resolve(),
  })
  slack.mount(server)
  const { url } = await server.listen()
  const driver = new SlackDriver(`${url}/slack/events`, SECRET, fake)
  const budgets = new SurfaceBudgets({ ...slack.surface.limits, cardIntervalMs: 0 }, 0)

  const cardOf = async (incidentId: string): Promise<StoredMessage> => {
    const signal = AbortSignal.timeout(60_000)
    await waitUntil('the card is delivered', async () => {
      return (await deliverCard({ deps, surface: slack.surface, budgets, signal }, incidentId, true)) === 0
    })
    const cards = await deps.stores.cards.listByIncident(incidentId)
    return messageOf(cards.find((card) => card.surface === 'slack')?.reference, incidentId)
  }
  const changeOf = async (changeId: string): Promise<StoredMessage> => {
    const signal = AbortSignal.timeout(60_000)
    await waitUntil('the change is delivered', async () => {
      const delivery = { deps, surface: slack.surface, budgets, signal }
      return (await deliverConfiguration(delivery, waitingChange(changeId), changeId)) === 0
    })
    return messageOf(await deps.stores.configuration.findNotice(changeId, 'slack'), changeId)
  }
  const messageOf = (reference: CardReference | null | undefined, of: string): StoredMessage => {
    const message = fake.messagesIn(SLACK_CHANNEL).find(({ ts }) => ts === reference?.message)
    if (message === undefined) throw new Error(`There is no card of ${of}.`)
    return message
  }
  /** Blocks that the person can see; each shown message has its own. */
  const shownTo = (user: string): readonly unknown[] => {
    const posted = fake.messagesIn(SLACK_CHANNEL).filter(({ threadTs }) => threadTs !== null)
    return [...fake.shownTo(user).map((message) => message['blocks']), ...posted.map(({ blocks }) => blocks)]
  }
  /** Slack is answered at once, and the asker when it is done. */
  const answered = async (person: Person, request: () => Promise<DriverAnswer>): Promise<Answered> => {
    const { user } = slackUser(person)
    const [replies, seen] = [conversation.replies.length, new Set(shownTo(user))]
    const fresh = () => shownTo(user).find((blocks) => !seen.has(blocks))
    const { status, text } = await request()
    if (status !== 200) throw new Error(`Slack was answered ${String(status)}.`)
    const inForm = errorsOf(text)
    if (inForm === undefined) await waitUntil('the answer is shown', () => fresh() !== undefined)
    const reply = conversation.replies[replies]
    if (reply === undefined) throw new Error('Nothing reached the orchestrator.')
    if (inForm !== undefined) return { reply, words: withoutLayout(inForm) }
    return { reply, words: withoutLayout(plainTextOf(fresh() as unknown[])) }
  }
  const pressOn = async (card: StoredMessage, person: Person, label: string, words?: string): Promise<Answered> => {
    const forms = fake.forms().length
    const press = () => driver.press(slackUser(person), card, label)
    if (words === undefined) return answered(person, press)
    await press()
    await waitUntil('the form is open', () => fake.forms().length > forms)
    return answered(person, () => driver.submit(slackUser(person), words))
  }
  return {
    name: 'slack',
    say: async (person, text) => {
      const forms = fake.forms().length
      const by = slackUser(person)
      if (!isAnsweredByForm(text)) return answered(person, () => driver.command(by, text, 'C0002'))
      await driver.command(by, text, 'C0002')
      await waitUntil('the form is open', () => fake.forms().length > forms)
      // Where no form can open, in a mention, the words are those of every surface.
      const reply = await answered(person, () => driver.mention(by, text, { channel: 'C0002' }))
      return { ...reply, offersForm: true }
    },
    sayOn: async (person, incidentId, text) => {
      const { ts } = await cardOf(incidentId)
      const place = { channel: SLACK_CHANNEL, thread: ts }
      return answered(person, () => driver.mention(slackUser(person), text, place))
    },
    press: async (person, incidentId, label, words) => pressOn(await cardOf(incidentId), person, label, words),
    openChange: async (person, changeId) => {
      const shown = { ...(await changeOf(changeId)) }
      const press = (label: string, words?: string) => pressOn(shown, person, label, words)
      return { words: withoutLayout(plainTextOf(shown.blocks)), press }
    },
    card: async (_person, incidentId) => withoutLayout(plainTextOf((await cardOf(incidentId)).blocks)),
    buttons: async (_person, incidentId) => buttonLabels((await cardOf(incidentId)).blocks),
    close: async () => {
      await server.close()
      await slack.close()
      await fake.close()
    },
  }
}

/** What a form that was sent is told, beside its fields. */
function errorsOf(text: string): string | undefined {
  if (!text.includes('response_action')) return undefined
  const { errors } = JSON.parse(text) as { readonly errors?: Readonly<Record<string, string>> }
  return errors === undefined ? undefined : Object.values(errors).join(' ')
}

/** A bare `declare` after the slash command. */
function isAnsweredByForm(text: string): boolean {
  return /^declare(?: SEV[1-5])?$/.test(text)
}

function slackUser({ slack, name }: Person): SlackUser {
  if (slack === null) throw new Error(`${name} has no account in Slack.`)
  return { team: slack.team, user: slack.user, name }
}
