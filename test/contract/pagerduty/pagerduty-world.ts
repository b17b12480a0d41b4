import { createActionRunner } from '../../../src/connectors/action-runner.ts'
import { createPagerDuty } from '../../../src/connectors/pagerduty/create-pagerduty.ts'
import { FAKE_AUTHOR, FAKE_TOKEN, FakePagerDuty } from '../../fakes/pagerduty/fake-pagerduty.ts'
import { FixedClock } from '../../support/fixed-clock.ts'
import type { PagerDuty } from '../../../src/connectors/pagerduty/create-pagerduty.ts'
import type { IncidentTrace } from '../../../src/connectors/pagerduty/linked-incident.ts'
import type { ActionRunner } from '../../../src/ports/action-runner.ts'

export interface PagerDutyWorld {
  readonly fake: FakePagerDuty
  readonly pagerduty: PagerDuty
  readonly runner: ActionRunner
  readonly clock: FixedClock
  readonly signal: AbortSignal
  trace: IncidentTrace | null
}

export async function openPagerDutyWorld(options: { readonly from?: string | null } = {}): Promise<PagerDutyWorld> {
  const fake = await FakePagerDuty.start()
  const clock = new FixedClock()
  const pagerduty = createPagerDuty({
    apiUrl: fake.server.url,
    token: FAKE_TOKEN,
    from: options.from === undefined ? FAKE_AUTHOR : options.from,
    timeoutMs: 2_000,
    clock,
    traceOf: async () => world.trace,
  })
  const world: PagerDutyWorld = {
    fake,
    pagerduty,
    runner: createActionRunner(pagerduty.actions),
    clock,
    signal: new AbortController().signal,
    trace: { dedupKeys: ['checkout/errors'], pagerdutyServiceId: 'PSVC1' },
  }
  return world
}
