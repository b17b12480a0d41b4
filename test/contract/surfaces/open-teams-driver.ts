import { CHANNEL, channelMessage, installation, invoke, teamsUser } from '../../fakes/teams/activities.ts'
import { SurfaceBudgets } from '../../../src/orchestrator/outbox/surface-budgets.ts'
import { buildConversation } from '../../../src/app/build-conversation.ts'
import { buttonsOf, findPress, wordsOfCard, wordsOfMessage } from '../../fakes/teams/card-reading.ts'
import { deliverConfiguration } from '../../../src/orchestrator/outbox/deliver-configuration.ts'
import { deliverCard } from '../../../src/orchestrator/outbox/deliver-card.ts'
import { openTestTeams } from '../../integration/teams/open-test-teams.ts'
import { waitUntil } from '../../support/wait-until.ts'
import { waitingChange, withoutLayout } from './surface-driver.ts'
import type { Answered, SurfaceDriver } from './surface-driver.ts'
import type { CardReference } from '../../../src/ports/chat-surface.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { Person } from '../../../src/domain/person.ts'
import type { Reply } from '../../../src/orchestrator/index.ts'
import type { StoredActivity } from '../../fakes/teams/fake-connector.ts'
import type { TeamsResponse } from '../../integration/teams/open-test-teams.ts'

/** Teams as its people use it: activities with genuine tokens to the real route, cards and answers on a fake connector. */
export async function openTeamsDriver(deps: Deps): Promise<SurfaceDriver> {
  const test = await openTestTeams()
  const { connector, teams } = test
  const conversation = buildConversation(deps)
  const replies: Reply[] = []
  test.answer = async (request) => {
    const reply = await ('verb' in request ? conversation.press(request) : conversation.say(request))
    replies.push(reply)
    return reply
  }
  const where = () => ({ serviceUrl: connector.serviceUrl })
  const [anyone] = deps.directory.list()
  if (anyone === undefined) throw new Error('Nobody is there.')
  await test.send(installation(teamsUser(anyone.name), 'add', { ...where(), conversation: CHANNEL }))
  const budgets = new SurfaceBudgets({ ...teams.surface.limits, cardIntervalMs: 0 }, 0)

  const cardOf = async (incidentId: string): Promise<StoredActivity> => {
    const signal = AbortSignal.timeout(60_000)
    await waitUntil('the card is delivered', async () => {
      return (await deliverCard({ deps, surface: teams.surface, budgets, signal }, incidentId, true)) === 0
    })
    const cards = await deps.stores.cards.listByIncident(incidentId)
    return messageOf(cards.find(({ surface }) => surface === 'teams')?.reference, incidentId)
  }
  const changeOf = async (changeId: string): Promise<StoredActivity> => {
    const signal = AbortSignal.timeout(60_000)
    await waitUntil('the change is delivered', async () => {
      const delivery = { deps, surface: teams.surface, budgets, signal }
      return (await deliverConfiguration(delivery, waitingChange(changeId), changeId)) === 0
    })
    return messageOf(await deps.stores.configuration.findNotice(changeId, 'teams'), changeId)
  }
  const messageOf = (reference: CardReference | null | undefined, of: string): StoredActivity => {
    const card = connector.threadsOf(CHANNEL).find(({ id }) => id === reference?.message)
    if (card === undefined) throw new Error(`There is no card of ${of}.`)
    return card
  }
  const pressOn = (card: StoredActivity, { name }: Person, label: string, words?: string): Promise<Answered> => {
    const press = { conversation: card.conversation, message: card.id, ...findPress(card, label, words) }
    return answered(() => test.send(invoke(teamsUser(name), press, where())))
  }
  const answered = async (send: () => Promise<TeamsResponse>): Promise<Answered> => {
    const [before, seen] = [replies.length, new Set(connector.messages)]
    const fresh = () => connector.messages.find((message) => !seen.has(message))
    const { body } = await send()
    const atOnce = wordsOfInvoke(body)
    if (atOnce === undefined) await waitUntil('the answer is shown', () => fresh() !== undefined)
    const reply = replies[before]
    if (reply === undefined) throw new Error('Nothing reached the orchestrator.')
    return { reply, words: withoutLayout(atOnce ?? wordsOfMessage(fresh())) }
  }
  return {
    name: 'teams',
    say: ({ name }, text) => answered(() => test.send(channelMessage(teamsUser(name), text, where()))),
    sayOn: async ({ name }, incidentId, text) => {
      const { conversation: thread } = await cardOf(incidentId)
      return answered(() => test.send(channelMessage(teamsUser(name), text, { ...where(), conversation: thread })))
    },
    press: async (person, incidentId, label, words) => pressOn(await cardOf(incidentId), person, label, words),
    openChange: async (person, changeId) => {
      const shown = { ...(await changeOf(changeId)) }
      const press = (label: string, words?: string) => pressOn(shown, person, label, words)
      return { words: withoutLayout(wordsOfMessage(shown)), press }
    },
    card: async (_person: Person, incidentId) => withoutLayout(wordsOfMessage(await cardOf(incidentId))),
    buttons: async (_person: Person, incidentId) => buttonsOf(await cardOf(incidentId)),
    close: () => test.close(),
  }
}

/** What the presser is shown at once; undefined where the answer is a message of its own. */
function wordsOfInvoke(body: unknown): string | undefined {
  const value = (body as { readonly value?: unknown } | null)?.value
  if (typeof value === 'string') return value
  return typeof value === 'object' && value !== null ? wordsOfCard(value as Record<string, unknown>) : undefined
}
