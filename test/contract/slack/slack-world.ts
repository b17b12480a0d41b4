import { openSlack } from '../../../src/adapters/slack/open-slack.ts'
import { silentLogger } from '../../../src/kernel/silent-logger.ts'
import { silentTelemetry } from '../../../src/telemetry/silent-telemetry.ts'
import { startFakeSlack } from '../../fakes/slack/fake-slack.ts'
import { systemClock } from '../../../src/kernel/clock.ts'
import type { Clock } from '../../../src/kernel/clock.ts'
import type { FakeSlack } from '../../fakes/slack/fake-slack.ts'
import type { Logger } from '../../../src/kernel/logger.ts'
import type { Slack } from '../../../src/adapters/slack/open-slack.ts'

export interface SlackWorld {
  readonly fake: FakeSlack
  readonly slack: Slack
  close(): Promise<void>
}

/** Our side of the Web API against a fake Slack; nobody speaks to us here. */
export async function openSlackWorld(
  options: {
    readonly botToken?: string
    readonly appToken?: string
    readonly log?: Logger
    readonly clock?: Clock
  } = {},
): Promise<SlackWorld> {
  const fake = await startFakeSlack()
  const nobodySpeaks = () => Promise.reject(new Error('Nobody speaks in this test.'))
  const slack = await openSlack({
    settings: {
      botToken: options.botToken ?? fake.botToken,
      signingSecrets: ['secret'],
      appToken: options.appToken ?? null,
      apiUrl: fake.apiUrl,
    },
    say: nobodySpeaks,
    press: nobodySpeaks,
    rich: {
      mayOfferForm: () => false,
      offerForm: nobodySpeaks,
      submit: nobodySpeaks,
      capture: nobodySpeaks,
      follow: nobodySpeaks,
      home: nobodySpeaks,
    },
    deliveries: { serve: async () => undefined, served: async () => undefined, servedAnswer: async () => undefined },
    recordRefusal: async () => undefined,
    log: options.log ?? silentLogger,
    telemetry: silentTelemetry,
    clock: options.clock ?? systemClock,
  })
  return {
    fake,
    slack,
    close: async () => {
      await slack.close()
      await fake.close()
    },
  }
}
