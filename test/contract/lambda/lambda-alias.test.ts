import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createActionRunner } from '../../../src/connectors/action-runner.ts'
import { createLambda } from '../../../src/connectors/lambda/create-lambda.ts'
import { FakeLambda } from '../../fakes/lambda/fake-lambda.ts'
import { describeActionModule } from '../action-runner/describe-action-module.ts'
import { effectContext, lostAttempt } from '../action-runner/effect-context.ts'
import type { ActionInput } from '../../../src/domain/action.ts'
import type { ActionRunner } from '../../../src/ports/action-runner.ts'
import type { Lambda } from '../../../src/connectors/lambda/create-lambda.ts'

const args = { function: 'checkout', alias: 'live', version: '6' }
const point: ActionInput = { uses: 'lambda/alias', with: args }

async function startWithAlias(): Promise<FakeLambda> {
  const fake = await FakeLambda.start()
  fake.aliases.set('checkout:live', { version: '7', weights: {}, revision: 1 })
  return fake
}

function connect(fake: FakeLambda): Lambda {
  return createLambda({
    region: 'eu-central-1',
    endpoint: fake.server.url,
    credentials: { accessKeyId: 'AKIAFAKE', secretAccessKey: 'fake-aws-secret-77aa' },
    callTimeoutMs: 2_000,
  })
}

describeActionModule('lambda/alias', {
  setup: async () => {
    const fake = await startWithAlias()
    return {
      module: connect(fake).actions.find(({ name }) => name === 'lambda/alias')!,
      args,
      server: fake.server,
      countEffects: () => fake.aliasChanges.length,
      close: () => fake.server.close(),
    }
  },
  isEffect: ({ method }) => method === 'PUT',
  afterLostAnswer: 'found',
})

describe('an alias of a Lambda function', () => {
  let fake: FakeLambda
  let runner: ActionRunner
  const alias = () => fake.aliases.get('checkout:live')!
  const read = () => runner.readState(point, new AbortController().signal)

  beforeEach(async () => {
    fake = await startWithAlias()
    runner = createActionRunner(connect(fake).actions)
  })
  afterEach(() => fake.server.close())

  it('shows the version and the canary that it compares', async () => {
    alias().weights = { 8: 0.1 }

    expect(await read()).toMatchObject({ function: 'checkout', alias: 'live', version: '7', weights: { 8: 0.1 } })
  })

  it('takes all of the traffic to the version, the canary included', async () => {
    alias().weights = { 8: 0.1 }

    const result = await runner.perform(point, await read(), effectContext())

    expect(result).toMatchObject({ outcome: 'done', after: { version: '6', weights: {} } })
  })

  it('changes nothing that stands already', async () => {
    alias().version = '6'

    expect((await runner.perform(point, await read(), effectContext())).outcome).toBe('done')
    expect(fake.aliasChanges).toHaveLength(0)
  })

  it('is refused by Lambda when somebody else has moved it since it was read', async () => {
    const before = await read()
    Object.assign(alias(), { version: '8', revision: 2 })

    expect(await runner.perform(point, before, effectContext())).toMatchObject({
      outcome: 'not_executed',
      retryAfterMs: null,
    })
    expect(alias().version).toBe('8')
  })

  it('would overwrite it without the revision that was read', async () => {
    Object.assign(alias(), { version: '8', revision: 2 })

    await runner.perform(point, null, effectContext())

    expect(alias().version).toBe('6')
  })

  it('stays unknown when it points elsewhere after a lost answer', async () => {
    const before = await read()
    Object.assign(alias(), { version: '9', revision: 5 })

    const attempt = lostAttempt('lambda/alias', 'queryable', before)

    expect((await runner.reconcile(point, attempt, effectContext())).found).toBe('unknown')
  })

  it('is unfit when it is not there', async () => {
    fake.aliases.clear()

    await expect(read()).rejects.toThrow('Lambda has no alias live of checkout')
  })

  it.each(['$LATEST', 'canary', ''])('points to published versions only, not to %p', (version) => {
    expect(() => runner.describe({ ...point, with: { ...args, version } })).toThrow(/version/)
  })
})
