import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createActionRunner } from '../../../src/connectors/action-runner.ts'
import { createLambda } from '../../../src/connectors/lambda/create-lambda.ts'
import { sendRequest } from '../../../src/connectors/shared/http-request.ts'
import { watch } from '../../../src/connectors/shared/watch.ts'
import { bindToTime } from '../../../src/kernel/bounded-signal.ts'
import { openDeadline } from '../../../src/kernel/deadline.ts'
import { VendorUnreachableError } from '../../../src/kernel/vendor-errors.ts'
import { CountingTarget } from '../../fakes/counting-target/counting-target.ts'
import { FakeLambda } from '../../fakes/lambda/fake-lambda.ts'
import { effectContext } from '../action-runner/effect-context.ts'

/**
 * Node's loop looks at connections before it looks at timers: what stood still while it was connecting (SIGSTOP, a machine
 * that is suspended, a long collection of garbage) finds the connection first. The real process is in
 * test/integration/executor/frozen-replicas.test.ts.
 */
const LIMIT_MS = 100

function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

/** Over for whoever asks, and for nobody else. */
function overWhenAsked(): AbortSignal {
  const controller = new AbortController()
  bindToTime(controller.signal, () => {
    controller.abort()
  })
  return controller.signal
}

describe('a request with an effect, of a process that stood still while it was connecting', () => {
  let target: CountingTarget
  beforeEach(async () => {
    target = new CountingTarget()
    await target.open()
  })
  afterEach(() => target.close())

  /** From a timer, so that connections are looked at next. */
  async function sendAndStandStill(signal: AbortSignal): Promise<unknown> {
    await new Promise((resolve) => setTimeout(resolve, 1))
    const sending = sendRequest({
      ...{ vendor: 'The counting target', method: 'POST', url: `${target.url}/queryable`, signal },
      ...{ body: '{"resource":"payments"}', headers: { 'idempotency-key': 'K' }, timeoutMs: 60_000, effect: true },
    })
    // The connection is asked for in the next tick.
    process.nextTick(standStill, 2 * LIMIT_MS)
    return sending.catch((cause: unknown) => cause)
  }

  it('is not written when its time is over, and says so', async () => {
    const deadline = openDeadline(watch, LIMIT_MS)

    const outcome = await sendAndStandStill(deadline.signal)

    expect(outcome).toBeInstanceOf(VendorUnreachableError)
    expect(target.requestCount()).toBe(0)
  })

  it('is written where nobody asks for the time (the twin)', async () => {
    const outcome = await sendAndStandStill(new AbortController().signal)

    expect(outcome).toMatchObject({ status: 200 })
    expect(target.countOf('K')).toBe(1)
  })

  it('is written when it stood still for less than its time', async () => {
    const deadline = openDeadline(watch, 60_000)

    expect(await sendAndStandStill(deadline.signal)).toMatchObject({ status: 200 })
    deadline.end()
  })
})

describe('an invocation of a Lambda function whose time is over when its connection stands', () => {
  let fake: FakeLambda
  beforeEach(async () => {
    fake = await FakeLambda.start()
    fake.addFunction('restart-workers')
  })
  afterEach(() => fake.server.close())

  const invoke = (signal: AbortSignal) => {
    const { actions } = createLambda({
      ...{ region: 'eu-central-1', endpoint: fake.server.url, callTimeoutMs: 20_000 },
      credentials: { accessKeyId: 'AKIAFAKE', secretAccessKey: 'fake-aws-secret-77aa' },
    })
    const input = { uses: 'lambda/invoke', with: { function: 'restart-workers', qualifier: 'live' } } as const
    return createActionRunner(actions).perform(input, null, { ...effectContext(), signal })
  }

  it('is not written, and is known as not executed', async () => {
    const result = await invoke(overWhenAsked())

    expect(result).toMatchObject({ outcome: 'not_executed' })
    expect(fake.server.requests).toHaveLength(0)
  })

  it('is written where the signal hangs on no time (the twin)', async () => {
    const result = await invoke(new AbortController().signal)

    expect(result).toMatchObject({ outcome: 'done' })
    expect(fake.effects).toHaveLength(1)
  })
})
