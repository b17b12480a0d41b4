import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createActionRunner } from '../../../src/connectors/action-runner.ts'
import { createLambda } from '../../../src/connectors/lambda/create-lambda.ts'
import { awsError, FakeLambda } from '../../fakes/lambda/fake-lambda.ts'
import { describeActionModule } from '../action-runner/describe-action-module.ts'
import { effectContext, lostAttempt } from '../action-runner/effect-context.ts'
import type { Lambda } from '../../../src/connectors/lambda/create-lambda.ts'
import type { ActionInput } from '../../../src/domain/action.ts'
import type { JsonObject } from '../../../src/kernel/json.ts'
import type { ActionRunner } from '../../../src/ports/action-runner.ts'
import type { SeenRequest } from '../../fakes/vendor-server.ts'

const SECRET = 'fake-aws-secret-77aa'
const isInvocation = ({ path }: SeenRequest): boolean => path.endsWith('/invocations')

function connect(fake: FakeLambda, callTimeoutMs = 2_000): Lambda {
  return createLambda({
    region: 'eu-central-1',
    endpoint: fake.server.url,
    credentials: { accessKeyId: 'AKIAFAKE', secretAccessKey: SECRET },
    callTimeoutMs,
  })
}

function setup(args: JsonObject, isIdempotent: boolean) {
  return async () => {
    const fake = await FakeLambda.start()
    fake.addFunction('restart-workers', { isIdempotent })
    return {
      module: connect(fake).actions[0]!,
      args,
      server: fake.server,
      countEffects: () => fake.effects.length,
      close: () => fake.server.close(),
    }
  }
}

describeActionModule('lambda/invoke (a function like any other)', {
  setup: setup({ function: 'restart-workers', qualifier: 'live' }, false),
  isEffect: isInvocation,
  afterLostAnswer: 'unknown',
})

describeActionModule('lambda/invoke (an idempotent function)', {
  setup: setup({ function: 'restart-workers', qualifier: 'live', idempotent: true }, true),
  isEffect: isInvocation,
  afterLostAnswer: 'harmless',
})

describe('an invocation of a Lambda function', () => {
  let fake: FakeLambda
  let runner: ActionRunner
  const input: ActionInput = {
    uses: 'lambda/invoke',
    with: { function: 'restart-workers', qualifier: 'live', params: { pool: 'blue' } },
  }

  beforeEach(async () => {
    fake = await FakeLambda.start()
    fake.addFunction('restart-workers')
    runner = createActionRunner(connect(fake).actions)
  })
  afterEach(() => fake.server.close())

  const perform = (changes: JsonObject = {}) =>
    runner.perform({ ...input, with: { ...input.with, ...changes } }, null, effectContext())

  it('sends what functions need to recognise a repetition, to the pinned alias', async () => {
    const result = await perform()

    expect(fake.invocations).toEqual([
      {
        function: 'restart-workers',
        qualifier: 'live',
        mode: 'RequestResponse',
        payload: {
          idempotencyKey: 'RUN-5:step:main',
          incidentId: 'INC-12',
          requestedBy: 'countersign',
          approvedBy: ['ana@bank.example'],
          dryRun: false,
          params: { pool: 'blue' },
        },
        clientContext: Buffer.from('{"custom":{"idempotencyKey":"RUN-5:step:main"}}').toString('base64'),
      },
    ])
    expect(result).toMatchObject({ outcome: 'done', output: { executedVersion: '7', result: { restarted: 3 } } })
  })

  it('only queues in mode event', async () => {
    const result = await perform({ mode: 'event' })

    expect(result).toMatchObject({ outcome: 'done', output: { queued: true } })
    expect(fake.invocations[0]).toMatchObject({ mode: 'Event', clientContext: null })
  })

  it.each([
    ['does it once by the key that travels in it', true, 1],
    ['does it twice where it does not look at the key (the twin)', false, 2],
  ])('as an event that AWS delivers twice: the function %s', async (_what, isIdempotent, effects) => {
    fake.addFunction('restart-workers', { isIdempotent })
    fake.deliveries = 2

    const result = await perform({ mode: 'event', idempotent: isIdempotent })

    expect(result).toMatchObject({ outcome: 'done', output: { queued: true } })
    expect(fake.invocations).toHaveLength(1)
    expect(fake.effects).toEqual(Array.from({ length: effects }, () => 'restart-workers RUN-5:step:main'))
  })

  it('is opaque unless the playbook says that the function is idempotent', () => {
    expect(runner.describe(input).crashClass).toBe('opaque')
    // T19: Lambda compares nothing, so the executor looks again once the intent is durable (second-look.test.ts).
    expect(runner.describe(input).looksAgain).toBe(true)
    expect(runner.describe({ ...input, with: { ...input.with, idempotent: true } }).crashClass).toBe('idempotent')
  })

  it.each([
    [{ function: 'f:live' }, 'f:live'],
    [{ function: 'f' }, 'f:$LATEST'],
    [{ function: 'arn:aws:lambda:eu-central-1:123456789012:function:f:live' }, null],
  ])('always names the qualifier: %j', (args, resource) => {
    const { target } = runner.describe({ uses: 'lambda/invoke', with: args })

    expect(target.resource).toBe(resource ?? 'arn:aws:lambda:eu-central-1:123456789012:function:f:live')
  })

  it('refuses two different qualifiers', () => {
    const odd = { uses: 'lambda/invoke', with: { function: 'f:live', qualifier: 'beta' } } as const

    expect(() => runner.describe(odd)).toThrow(/two different qualifiers/)
  })

  it('takes an answer of 200 with FunctionError for the failure that it is', async () => {
    fake.addFunction('restart-workers', {
      answer: () => ({
        payload: { errorType: 'TimeoutError', errorMessage: 'Task timed out after 3.00 seconds' },
        functionError: 'Unhandled',
      }),
    })

    const result = await perform()

    expect(result.outcome).toBe('failed')
    expect(result.detail).toBe(
      'restart-workers failed (Unhandled): TimeoutError Task timed out after 3.00 seconds. Its own logs say more.',
    )
  })

  it('compares the version that the alias points to', async () => {
    const first = await runner.readState(input, new AbortController().signal)
    fake.functions.get('restart-workers')!.qualifiers['live'] = '8'
    const second = await runner.readState(input, new AbortController().signal)

    expect(first).toMatchObject({ qualifier: 'live', version: '7', codeSha256: 'sha-of-7' })
    expect(second).toMatchObject({ qualifier: 'live', version: '8' })
  })

  it('compares nothing where it may only invoke, and says so by null', async () => {
    fake.mayReadConfiguration = false

    const state = await runner.readState(input, new AbortController().signal)

    expect(state).toEqual({ function: 'restart-workers', qualifier: 'live', version: null, codeSha256: null })
  })

  it('is unfit when the function or its alias is not there', async () => {
    const odd: ActionInput = { ...input, with: { function: 'restart-workers', qualifier: 'gone' } }

    await expect(runner.readState(odd, new AbortController().signal)).rejects.toThrow(/has no restart-workers:gone/)
  })

  it.each([
    ['429', awsError(429, 'TooManyRequestsException', 'Rate exceeded'), 'not_executed'],
    ['403', awsError(403, 'AccessDeniedException', 'not authorized'), 'not_executed'],
    ['413', awsError(413, 'RequestTooLargeException', 'too large'), 'not_executed'],
    ['500', awsError(500, 'ServiceException', 'internal'), 'unknown'],
    ['502', awsError(502, 'EC2ThrottledException', 'throttled'), 'unknown'],
  ])('sorts %s by whether it can have run', async (_status, answer, outcome) => {
    fake.server.inject({ kind: 'answer', answer, times: 5 })

    expect((await perform()).outcome).toBe(outcome)
    expect(fake.server.requests).toHaveLength(1)
  })

  it.each(['effect-then-drop', 'effect-then-502', 'effect-then-hang'] as const)(
    'is sent exactly once, since the retries of the SDK are off (%s)',
    async (kind) => {
      runner = createActionRunner(connect(fake, 300).actions)
      fake.server.inject({ kind, times: 5 })

      const result = await perform()

      expect(result.outcome).toBe('unknown')
      expect(fake.effects).toHaveLength(1)
    },
  )

  it('leaves it to a person what became of a lost one, and names the key to look for', async () => {
    const attempt = lostAttempt('lambda/invoke', 'opaque', null)

    const answer = await runner.reconcile(input, attempt, effectContext())

    expect(answer).toMatchObject({ found: 'unknown', detail: expect.stringContaining('RUN-5:step:main') })
  })

  it('would run twice if a plain function were sent again under its key', async () => {
    fake.server.inject({ kind: 'effect-then-drop' })

    await perform()
    await perform()

    expect(fake.effects).toHaveLength(2)
  })

  it('shows no secret in what it says', async () => {
    fake.server.inject({ kind: 'answer', answer: awsError(403, 'InvalidSignatureException', 'no match') })

    expect(JSON.stringify(await perform())).not.toContain(SECRET)
  })
})

describe('the check of AWS Lambda', () => {
  it('rehearses each function without running it', async () => {
    const fake = await FakeLambda.start()
    fake.addFunction('restart-workers')

    const good = await connect(fake).checkHealth(['restart-workers:live'], new AbortController().signal)
    const bad = await connect(fake).checkHealth(['restart-workers', 'gone'], new AbortController().signal)
    await fake.server.close()

    expect(good).toMatchObject({ ok: true })
    expect(bad).toMatchObject({ ok: false, detail: expect.stringContaining('gone: AWS Lambda refused') })
    expect(fake.invocations).toHaveLength(0)
  })

  it('says what to set when AWS is not configured, and that nothing was sent', async () => {
    const fake = await FakeLambda.start()
    const kept = process.env
    process.env = Object.fromEntries(Object.entries(kept).filter(([name]) => !name.startsWith('AWS_')))
    process.env['AWS_EC2_METADATA_DISABLED'] = 'true'
    process.env['AWS_CONFIG_FILE'] = '/nonexistent'
    process.env['AWS_SHARED_CREDENTIALS_FILE'] = '/nonexistent'
    const runner = createActionRunner(createLambda({ endpoint: fake.server.url }).actions)

    const input: ActionInput = { uses: 'lambda/invoke', with: { function: 'f' } }
    const result = await runner.perform(input, null, effectContext())
    process.env = kept
    await fake.server.close()

    expect(result).toMatchObject({ outcome: 'not_executed', detail: expect.stringContaining('AWS_REGION') })
    expect(fake.server.requests).toHaveLength(0)
  })
})
