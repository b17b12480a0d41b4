import { randomUUID } from 'node:crypto'
import { createDeliveryStore } from '../../../src/store/delivery-store.ts'
import { createTestDatabase } from '../../support/postgres.ts'
import { openDatabase } from '../../../src/store/database.ts'
import { openHttpServer } from '../../../src/adapters/http/open-http-server.ts'
import { openSlack } from '../../../src/adapters/slack/open-slack.ts'
import { silentLogger } from '../../../src/kernel/silent-logger.ts'
import { startFakeSlack } from '../../fakes/slack/fake-slack.ts'
import { systemClock } from '../../../src/kernel/clock.ts'
import { SlackDriver } from '../../fakes/slack/slack-driver.ts'
import type { HttpServer } from '../../../src/adapters/http/open-http-server.ts'
import type { Clock } from '../../../src/kernel/clock.ts'
import type { CountedRefusal } from '../../../src/adapters/http/refusal-meter.ts'
import type { DeliveryStore } from '../../../src/ports/delivery-store.ts'
import type { FakeSlack } from '../../fakes/slack/fake-slack.ts'
import type { Press, Reply, RichConversation, Utterance } from '../../../src/orchestrator/index.ts'
import type { Slack } from '../../../src/adapters/slack/open-slack.ts'

export const SECRET = 'signing-secret-0001'
export const NEXT_SECRET = 'signing-secret-0002'
export const ANA = { team: 'T0001', user: 'U0001', name: 'ana' }
export const BO = { team: 'T0001', user: 'U0002', name: 'bo' }

/** The whole adapter on a real server, a real database and a fake Slack; what it hands on is noted. */
export interface TestSlack {
  readonly url: string
  readonly fake: FakeSlack
  readonly slack: Slack
  readonly driver: SlackDriver
  readonly said: Utterance[]
  readonly pressed: Press[]
  readonly refusals: string[]
  readonly counted: Map<string, number>
  /** What is answered next; a plain answer unless a test says otherwise. */
  answer: (request: Utterance | Press) => Promise<Reply> | Reply
  /** What shortcuts, forms and the home are answered with. */
  rich: RichConversation
  close(): Promise<void>
}

export interface TestSlackOptions {
  readonly socketMode?: boolean
  readonly clock?: Clock
  readonly signingSecrets?: readonly string[]
  /** The twin of the guarded front: whatever comes counts as signed. */
  readonly isUnguarded?: boolean
  /** In place of the store on a real database. */
  readonly deliveries?: Pick<DeliveryStore, 'serve' | 'served' | 'servedAnswer'>
  /** Before every request is put on record, which a slow database takes long for. */
  readonly beforeServing?: () => Promise<void>
  /** As `openSlack` takes it. */
  readonly waitMs?: number | null
}

export async function openTestSlack(options: TestSlackOptions = {}): Promise<TestSlack> {
  const database = await createTestDatabase()
  const connection = await openDatabase({ url: database.url, applicationName: 'slack-test', maxConnections: 5 })
  const fake = await startFakeSlack()
  const refusals: string[] = []
  const counted = new Map<string, number>()
  const telemetry = {
    count: (name: string) => void counted.set(name, (counted.get(name) ?? 0) + 1),
    observeSeconds: () => undefined,
  }
  const shared = { log: silentLogger, telemetry, clock: options.clock ?? systemClock }
  const server = openHttpServer({
    host: '127.0.0.1',
    port: 0,
    ...shared,
    onRefused: async ({ reason, count }: CountedRefusal) => {
      refusals.push(...Array.from({ length: count }, () => reason))
    },
  })
  const slack = await openSlack({
    ...shared,
    settings: {
      botToken: fake.botToken,
      signingSecrets: options.signingSecrets ?? [SECRET],
      appToken: options.socketMode === true ? fake.appToken : null,
      apiUrl: fake.apiUrl,
    },
    say: async (utterance) => {
      test.said.push(utterance)
      return test.answer(utterance)
    },
    press: async (press) => {
      test.pressed.push(press)
      return test.answer(press)
    },
    rich: {
      mayOfferForm: (words) => test.rich.mayOfferForm(words),
      offerForm: (wish) => test.rich.offerForm(wish),
      submit: (form) => test.rich.submit(form),
      capture: (capture) => test.rich.capture(capture),
      follow: (change) => test.rich.follow(change),
      home: (account) => test.rich.home(account),
    },
    deliveries: options.deliveries ?? delayed(createDeliveryStore(connection.db), options.beforeServing),
    ...(options.waitMs === undefined ? {} : { waitMs: options.waitMs }),
    recordRefusal: async (reason) => {
      refusals.push(reason)
    },
  })
  slack.mount(options.isUnguarded === true ? unguarded(server) : server)
  const { url } = await server.listen()
  slack.start()
  const address = `${url}/slack/events`
  const test: TestSlack = {
    url: address,
    fake,
    slack,
    driver: new SlackDriver(address, SECRET, fake),
    said: [],
    pressed: [],
    refusals,
    counted,
    answer: () => replyOf('Done.'),
    rich: quietRich(),
    close: async () => {
      await server.close()
      await slack.close()
      await fake.close()
      await connection.close()
      await database.drop()
    },
  }
  return test
}

function unguarded(server: Pick<HttpServer, 'mount'>): Pick<HttpServer, 'mount'> {
  const signature = () => randomUUID()
  return {
    mount: (route) => {
      const check = () =>
        ({ ok: true, who: { kind: 'slack', content: 'form', signature: signature() } as never }) as const
      server.mount({ ...route, authentication: { kind: 'body', name: 'none', check } })
    },
  }
}

function delayed(deliveries: DeliveryStore, beforeServing?: () => Promise<void>): DeliveryStore {
  if (beforeServing === undefined) return deliveries
  return {
    ...deliveries,
    serve: async (...args) => {
      await beforeServing()
      return deliveries.serve(...args)
    },
  }
}

/** No form helps, everything that is captured is, and nobody has anything on their home. */
function quietRich(): RichConversation {
  const reply = replyOf('Done.')
  return {
    mayOfferForm: () => false,
    offerForm: async () => ({ kind: 'none' }),
    submit: async () => ({ kind: 'reply', reply }),
    capture: async () => ({ kind: 'reply', reply }),
    follow: async () => undefined,
    home: async () => ({ kind: 'refused', reply }),
  }
}

export function replyOf(text: string, changes: Partial<Reply> = {}): Reply {
  return {
    kind: 'answer',
    code: 'done',
    text,
    rows: [],
    preformatted: null,
    card: null,
    shared: false,
    incidentId: null,
    ...changes,
  }
}
