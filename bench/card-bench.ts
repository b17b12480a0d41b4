import { setTimeout as delay } from 'node:timers/promises'
import { BOT_TOKEN, SIGNING_SECRET } from './support/names.ts'
import { createSender, markOf } from './support/alert-sender.ts'
import { monotonicMs } from './support/monotonic.ts'
import { openWorkplace } from './support/workplace.ts'
import { processorMs, residentMb } from './support/machine.ts'
import { spreadOf } from './support/percentiles.ts'
import { startProduct } from './support/product.ts'
import { startStandIn } from './support/stand-in.ts'
import { writeInstallation } from './support/installation.ts'
import type { Benchmark, Figure, Options } from './benchmark.ts'
import type { Installation } from './support/installation.ts'
import type { SentWebhook } from './support/alert-sender.ts'
import type { SlackArrival } from './support/slack-stand-in.ts'
import type { StandIn } from './support/stand-in.ts'

const CHANNELS = 45
/** The first seconds find cold code and cold pages; they are not counted. */
const WARM_UP_SECONDS = 10
const LAST_CARD_WITHIN_MS = 15_000

/** Alerts at a steady rate, each of which opens an incident: from just before the webhook's POST until its card is at Slack. */
export const cardBench: Benchmark = {
  name: 'card',
  summary: 'from the POST of an alert to its facts card at the Slack API, production rate limiter on',
  async run(options, print) {
    const workplace = openWorkplace()
    try {
      const installation = writeInstallation(workplace.folder, { services: CHANNELS, channels: CHANNELS })
      const slack = await startStandIn<SlackArrival>(workplace, new URL('support/slack-stand-in.ts', import.meta.url))
      const product = await startProduct(workplace, installation.configPath, {
        SLACK_BOT_TOKEN: BOT_TOKEN,
        SLACK_SIGNING_SECRET: SIGNING_SECRET,
        SLACK_API_URL: `${slack.origin}/api/`,
      })
      print(`${options.rate} alerts/s on ${CHANNELS} channels for ${options.seconds} s, after ${WARM_UP_SECONDS} s`)
      const usedBeforeMs = processorMs(product.pid)
      const sent = await sendAlerts(product.url, installation, options)
      const cards = await collectCards(slack, sent.size)
      return [
        ...figuresOf(sent, cards, WARM_UP_SECONDS * options.rate),
        ...costsOf(product.pid, usedBeforeMs, sent.size),
      ]
    } finally {
      await workplace.close()
    }
  },
}

type Sent = ReadonlyMap<string, SentWebhook>

/** At fixed times, whether or not the one before was answered: a slow answer must not slow down the load. */
async function sendAlerts(url: string, { services }: Installation, options: Options): Promise<Sent> {
  const sender = createSender(url)
  const count = Math.round((WARM_UP_SECONDS + options.seconds) * options.rate)
  const startedAtMs = monotonicMs()
  const pending: Promise<readonly [string, SentWebhook]>[] = []
  for (let index = 0; index < count; index += 1) {
    await delay(Math.max(0, startedAtMs + (index * 1000) / options.rate - monotonicMs()))
    const mark = markOf(index)
    const service = services[index % services.length]?.name ?? ''
    // Every round is another environment, so that each alert opens an incident of its own.
    const environment = `cell-${String(Math.floor(index / services.length))}`
    pending.push(sender.postAlert({ service, environment, mark }).then((answer) => [mark, answer] as const))
  }
  const sent = new Map(await Promise.all(pending))
  sender.close()
  return sent
}

async function collectCards(slack: StandIn<SlackArrival>, expected: number): Promise<readonly SlackArrival[]> {
  const giveUpAtMs = monotonicMs() + LAST_CARD_WITHIN_MS
  const cards: SlackArrival[] = []
  while (cards.length < expected && monotonicMs() < giveUpAtMs) {
    await delay(200)
    cards.push(...(await slack.collect()).filter(({ incidentId }) => incidentId !== null))
  }
  return cards
}

function figuresOf(sent: Sent, cards: readonly SlackArrival[], warmUp: number): readonly Figure[] {
  const byMark = Map.groupBy(cards, ({ mark }) => mark ?? '')
  const counted = [...sent].slice(warmUp)
  const delays = counted.flatMap(([mark, { sentAtMs }]) => {
    const card = byMark.get(mark)?.[0]
    return card === undefined ? [] : [card.atMs - sentAtMs]
  })
  const answers = spreadOf(counted.map(([, webhook]) => webhook.answeredAtMs - webhook.sentAtMs))
  const { n, p50, p90, p99, max } = spreadOf(delays)
  const count = (name: string, value: number, exactly: number): Figure => ({ name, value, unit: '', exactly })
  return [
    { name: 'cards measured', value: n, unit: '' },
    { name: 'POST to card, p50', value: p50, unit: 'ms', below: 10 },
    { name: 'POST to card, p90', value: p90, unit: 'ms' },
    { name: 'POST to card, p99', value: p99, unit: 'ms', below: 40 },
    { name: 'POST to card, max', value: max, unit: 'ms' },
    { name: 'POST to 202, p50', value: answers.p50, unit: 'ms' },
    { name: 'POST to 202, p99', value: answers.p99, unit: 'ms' },
    count('alerts refused', [...sent.values()].filter(({ status }) => status !== 202).length, 0),
    count('incidents with a card', new Set(cards.map(({ incidentId }) => incidentId)).size, sent.size),
    count('cards lost', [...sent.keys()].filter((mark) => !byMark.has(mark)).length, 0),
    count('cards doubled', [...byMark.values()].filter((copies) => copies.length > 1).length, 0),
  ]
}

/** What all of it took of the product's process, the refreshed cards and the search for causes included. */
function costsOf(pid: number, usedBeforeMs: number | null, incidents: number): readonly Figure[] {
  const [usedMs, memoryMb] = [processorMs(pid), residentMb(pid)]
  if (usedMs === null || usedBeforeMs === null || memoryMb === null) return []
  return [
    { name: 'processor time per alert', value: (usedMs - usedBeforeMs) / incidents, unit: 'ms' },
    { name: `memory after ${incidents} incidents`, value: memoryMb, unit: 'MB' },
  ]
}
