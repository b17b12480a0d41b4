import { setTimeout as delay } from 'node:timers/promises'
import { SlackDriver } from '../../../test/fakes/slack/slack-driver.ts'
import type { FakeSlack } from '../../../test/fakes/slack/fake-slack.ts'
import type { RowSource } from '../../../test/support/replay/row-source.ts'
import { createSender } from '../../support/alert-sender.ts'
import { SLACK_TEAM } from '../../support/installation.ts'
import type { BenchService } from '../../support/installation.ts'
import { SIGNING_SECRET } from '../../support/names.ts'

export interface FlowWorld {
  readonly slack: FakeSlack
  readonly owner: RowSource
  /** Of whichever process takes the next request. */
  readonly url: () => string
  /** Another incident failed: nothing is waited for any more. */
  readonly failed: AbortSignal
}

const PATIENCE_MS = 10_000
const GIVE_UP_MS = 300_000
const PLAYBOOK = 'roll-back'

/**
 * One incident from its alert to an approved run, as people do it: what is not seen to have worked is done again, at
 * whichever process then answers. Only the database and Slack are asked what has come of it.
 */
export async function playIncident(
  world: FlowWorld,
  service: BenchService,
  [requester = '', approver = '']: readonly string[],
): Promise<void> {
  const { slack, owner } = world
  const untilSeen: UntilSeen = (act, look) => repeatUntilSeen(world.failed, act, look)
  const one = async (query: string, values: readonly string[]) =>
    (await owner.rows<{ id: string }>(query, values))[0]?.id
  const driver = () => new SlackDriver(`${world.url()}/slack/events`, SIGNING_SECRET, slack)
  const incident = await untilSeen(
    () => sendAlert(world.url(), service.name),
    () => one('SELECT id FROM incidents WHERE service = $1', [service.name]),
  )
  const cards = () => slack.messagesIn(service.channel).filter(({ text }) => text.includes(service.name))
  await untilSeen(
    () => driver().command({ team: SLACK_TEAM, user: requester }, `run ${incident} ${PLAYBOOK}`, service.channel),
    () => one('SELECT id FROM proposals WHERE incident_id = $1', [incident]),
  )
  await untilSeen(
    // Where Slack answered too late there may be two copies, and only one is brought up to date.
    // The other has no such button, and its press fails.
    () =>
      Promise.any(cards().map(async (card) => driver().press({ team: SLACK_TEAM, user: approver }, card, 'Approve'))),
    () => one('SELECT id FROM runs WHERE incident_id = $1', [incident]),
  )
}

async function sendAlert(url: string, service: string): Promise<void> {
  const sender = createSender(url)
  try {
    await sender.postAlert({ service, environment: 'production', mark: `of-${service}` })
  } finally {
    sender.close()
  }
}

type UntilSeen = <Found>(act: () => Promise<unknown>, look: () => Promise<Found | undefined>) => Promise<Found>

async function repeatUntilSeen<Found>(
  failed: AbortSignal,
  act: () => Promise<unknown>,
  look: () => Promise<Found | undefined>,
): Promise<Found> {
  let last: unknown = 'nothing came of it'
  const startedAt = performance.now()
  while (performance.now() - startedAt < GIVE_UP_MS && !failed.aborted) {
    const found = await look()
    if (found !== undefined) return found
    // The process may have just ended, or the card may not be there yet.
    const failure = await act().then(
      () => undefined,
      (cause: unknown) => cause,
    )
    if (failure !== undefined) {
      last = failure
      await delay(250)
      continue
    }
    const seen = await within(look)
    if (seen !== undefined) return seen
  }
  throw new Error('Tried in vain, until it was given up.', { cause: last })
}

async function within<Found>(look: () => Promise<Found | undefined>): Promise<Found | undefined> {
  const startedAt = performance.now()
  while (performance.now() - startedAt < PATIENCE_MS) {
    const found = await look()
    if (found !== undefined) return found
    await delay(50)
  }
  return undefined
}
