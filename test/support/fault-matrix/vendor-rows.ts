import { createAddressGuard } from '../../../src/connectors/http-check/address-guard.ts'
import { createHttpCheckAction } from '../../../src/connectors/http-check/check-action.ts'
import { createLambda } from '../../../src/connectors/lambda/create-lambda.ts'
import { createPagerDuty } from '../../../src/connectors/pagerduty/create-pagerduty.ts'
import { prometheusActions } from '../../../src/connectors/prometheus/prometheus-actions.ts'
import { prometheusMetrics } from '../../../src/connectors/prometheus/prometheus-metrics.ts'
import { systemClock } from '../../../src/kernel/clock.ts'
import { FakeLambda } from '../../fakes/lambda/fake-lambda.ts'
import { FAKE_AUTHOR, FAKE_TOKEN, FakePagerDuty } from '../../fakes/pagerduty/fake-pagerduty.ts'
import { VendorServer } from '../../fakes/vendor-server.ts'
import { moduleOf } from './module-of.ts'
import { isWriting } from './is-writing.ts'
import type { ActionName } from '../../../src/domain/action.ts'
import type { JsonObject } from '../../../src/kernel/json.ts'
import type { MatrixAction, OpenedAction, OpeningWorld } from './matrix-action.ts'

const VENDOR = { readsAnswer: true, counterpart: 'vendor', isEffect: isWriting } as const
const INCIDENT = 'PGR0VU2'

export const PAGERDUTY_ROWS: readonly MatrixAction[] = [
  pagerDutyRow('pagerduty/note', 'asked', { text: 'Rolled back.' }, (fake) => fake.countNotes()),
  pagerDutyRow('pagerduty/acknowledge', 'again', {}, (fake) => fake.countEffects('acknowledged')),
  pagerDutyRow('pagerduty/resolve', 'again', {}, (fake) => fake.countEffects('resolved')),
  pagerDutyRow('pagerduty/escalate', 'again', { level: 2 }, (fake) => fake.countEffects('escalated')),
  pagerDutyRow('pagerduty/responders', 'asked', { users: ['PUSER01'], message: 'Checkout is down.' }, (fake) =>
    fake.countEffects('responders'),
  ),
  pagerDutyRow('pagerduty/workflow', 'person', { workflow: 'PWORKFLOW1' }, (fake) => fake.countEffects('workflow')),
]

function pagerDutyRow(
  uses: ActionName,
  afterUnknown: MatrixAction['afterUnknown'],
  args: JsonObject,
  count: (fake: FakePagerDuty) => number,
): MatrixAction {
  const open = async (world: OpeningWorld): Promise<OpenedAction> => {
    const fake = await FakePagerDuty.start()
    fake.addIncident(INCIDENT, 'PSVC1', 'checkout/errors')
    const { actions } = createPagerDuty({
      apiUrl: await world.spoil(fake.server),
      ...{ token: FAKE_TOKEN, from: FAKE_AUTHOR, timeoutMs: world.timeoutMs, clock: systemClock },
      traceOf: () => Promise.resolve({ dedupKeys: ['checkout/errors'], pagerdutyServiceId: 'PSVC1' }),
    })
    const module = moduleOf(actions, uses)
    return {
      ...{ module, args: { incident: INCIDENT, ...args } },
      countEffects: () => count(fake),
      close: () => fake.server.close(),
    }
  }
  return { name: uses, uses, afterUnknown, ...VENDOR, open }
}

export const LAMBDA_ROWS: readonly MatrixAction[] = [
  lambdaRow('lambda/invoke', 'person', false, {}),
  lambdaRow('lambda/invoke (an event)', 'person', false, { mode: 'event' }),
  lambdaRow('lambda/invoke (idempotent)', 'again', false, { idempotent: true }),
  lambdaRow('lambda/alias', 'asked', true, { alias: 'live', version: '6' }),
]

function lambdaRow(
  name: string,
  afterUnknown: MatrixAction['afterUnknown'],
  readsAnswer: boolean,
  args: JsonObject,
): MatrixAction {
  const uses: ActionName = name === 'lambda/alias' ? 'lambda/alias' : 'lambda/invoke'
  const open = async (world: OpeningWorld): Promise<OpenedAction> => {
    const fake = await FakeLambda.start()
    fake.addFunction(world.name, { isIdempotent: args['idempotent'] === true })
    fake.aliases.set(`${world.name}:live`, { version: '7', weights: {}, revision: 1 })
    const { actions } = createLambda({
      ...{ region: 'eu-central-1', endpoint: await world.spoil(fake.server), callTimeoutMs: world.timeoutMs },
      credentials: { accessKeyId: 'AKIAFAKE', secretAccessKey: 'fake-aws-secret-77aa' },
    })
    const qualifier = uses === 'lambda/invoke' ? { qualifier: 'live' } : {}
    return {
      ...{ module: moduleOf(actions, uses), args: { function: world.name, ...qualifier, ...args } },
      countEffects: () => (uses === 'lambda/alias' ? fake.aliasChanges : fake.effects).length,
      close: () => fake.server.close(),
    }
  }
  return { name, uses, afterUnknown, ...VENDOR, readsAnswer, open }
}

const CHECK = { ...VENDOR, afterUnknown: 'looked', isEffect: () => true } as const

export const CHECK_ROWS: readonly MatrixAction[] = [
  {
    ...{ name: 'prometheus/assert', uses: 'prometheus/assert', ...CHECK },
    open: async (world) => {
      const server = new VendorServer(({ path }) => ({ status: 200, body: holds(path.endsWith('_range')) }))
      await server.listen()
      const metrics = prometheusMetrics({ baseUrl: await world.spoil(server), timeoutMs: world.timeoutMs })
      const module = moduleOf(prometheusActions(metrics, systemClock), 'prometheus/assert')
      return {
        ...{ module, args: { query: `errors_of_${world.name.replaceAll('-', '_')}`, below: 0.05, for: '1s' } },
        ...{ countEffects: () => 0, close: () => server.close() },
      }
    },
  },
  {
    ...{ name: 'http/check', uses: 'http/check', ...CHECK, readsAnswer: false },
    open: async (world) => {
      const server = new VendorServer(() => ({ status: 200 }))
      await server.listen()
      const url = await world.spoil(server)
      const module = createHttpCheckAction(createAddressGuard([new URL(url).host]), systemClock)
      return {
        // Of its own deadline it says nothing, so the runner's is made the short one.
        module: { ...module, describe: (args) => ({ ...module.describe(args), callTimeoutMs: world.timeoutMs }) },
        args: { url: `${url}/health`, within: '60s' },
        ...{ countEffects: () => 0, close: () => server.close() },
      }
    },
  },
]

/** The value holds, now and all the while before. */
function holds(isRange: boolean): JsonObject {
  const value = [Date.now() / 1000, '0.01']
  const result = isRange ? [{ metric: {}, values: [value] }] : [{ metric: {}, value }]
  return { status: 'success', data: { resultType: isRange ? 'matrix' : 'vector', result } }
}
