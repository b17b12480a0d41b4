import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createActionRunner } from '../../../src/connectors/action-runner.ts'
import { createLambda } from '../../../src/connectors/lambda/create-lambda.ts'
import { FakeLambda } from '../../fakes/lambda/fake-lambda.ts'
import type { AliasConfiguration, FunctionConfiguration } from '@aws-sdk/client-lambda'
import type { Lambda } from '../../../src/connectors/lambda/create-lambda.ts'
import type { PreviewQuestion } from '../../../src/ports/action-previewer.ts'

/** What AWS answers, in the SDK's own types: a field that it does not know would not compile. */
const SIX: FunctionConfiguration = {
  FunctionName: 'checkout',
  Version: '6',
  Description: 'before the new checkout form',
  LastModified: '2026-11-19T08:00:00.000+0000',
  CodeSha256: 'QhBqmx4=',
  Runtime: 'nodejs24.x',
  State: 'Active',
}
const SEVEN: FunctionConfiguration = {
  ...SIX,
  ...{ Version: '7', Description: '', LastModified: '2026-11-20T09:30:00.000+0000', CodeSha256: 'p8Lk2Vw=' },
}
const LIVE: AliasConfiguration = {
  ...{ Name: 'live', FunctionVersion: '7', RevisionId: 'rev-1', Description: 'what customers use' },
  RoutingConfig: { AdditionalVersionWeights: { 8: 0.1 } },
}

const input = { uses: 'lambda/alias', with: { function: 'checkout', alias: 'live', version: '6' } } as const

describe('the preview of an alias in AWS Lambda', () => {
  let fake: FakeLambda
  let lambda: Lambda
  const signal = new AbortController().signal

  beforeEach(async () => {
    fake = await FakeLambda.start()
    fake.aliases.set('checkout:live', { version: '7', weights: {}, revision: 1 })
    fake.addFunction('checkout', { qualifiers: { 6: '6', 7: '7', live: '7', $LATEST: '$LATEST' } })
    lambda = createLambda({
      ...{ region: 'eu-central-1', endpoint: fake.server.url, callTimeoutMs: 2_000 },
      credentials: { accessKeyId: 'AKIAFAKE', secretAccessKey: 'fake-aws-secret-77aa' },
    })
  })
  afterEach(() => fake.server.close())

  async function ask(): Promise<PreviewQuestion> {
    const before = await createActionRunner(lambda.actions).readState(input, signal)
    return { incidentId: 'INC-1', input, before }
  }
  const preview = async () => lambda.previewer.preview(await ask(), signal)
  const answerWith = (path: string, qualifier: string | null, body: object) =>
    fake.server.inject({
      kind: 'answer',
      answer: { status: 200, body },
      matches: (request) => request.path.endsWith(path) && request.query.get('Qualifier') === qualifier,
    })

  it('says which version the alias points to and which it will, with what AWS knows of each', async () => {
    answerWith('/aliases/live', null, LIVE)
    answerWith('/configuration', '7', SEVEN)
    answerWith('/configuration', '6', SIX)

    const facts = await preview()

    expect(facts).toMatchObject({
      source: 'AWS Lambda',
      versions: {
        alias: 'live',
        from: { version: '7', description: null, lastModified: SEVEN.LastModified, codeSha256: SEVEN.CodeSha256 },
        to: { version: '6', description: SIX.Description, lastModified: SIX.LastModified, codeSha256: SIX.CodeSha256 },
      },
      unread: [],
    })
  })

  it('is of the very state that the plan binds, and of no later one', async () => {
    const asked = await ask()
    fake.aliases.set('checkout:live', { version: '9', weights: {}, revision: 2 })

    const facts = await lambda.previewer.preview(asked, signal)

    expect(facts?.versions).toMatchObject({ from: { version: '7' }, to: { version: '6' } })
  })

  it('only reads: one published version each by its number, by the paths of the interface of 2015-03-31', async () => {
    await preview()

    const asked = fake.server.requests.map(({ method, path, query }) => `${method} ${path} ${query.toString()}`.trim())
    expect(asked.toSorted()).toEqual([
      'GET /2015-03-31/functions/checkout/aliases/live',
      'GET /2015-03-31/functions/checkout/configuration Qualifier=6',
      'GET /2015-03-31/functions/checkout/configuration Qualifier=7',
    ])
    expect(fake.aliasChanges).toEqual([])
    expect(fake.invocations).toEqual([])
  })

  it('asks once each, also where AWS answers that it is busy: the SDK tries nothing again by itself', async () => {
    const asked = await ask()
    fake.server.requests.length = 0
    const busy = { status: 429, body: { Type: 'User', message: 'Rate exceeded' } }
    for (const qualifier of ['6', '7']) {
      fake.server.inject({
        kind: 'answer',
        answer: { ...busy, headers: { 'x-amzn-errortype': 'TooManyRequestsException' } },
        matches: (request) => request.query.get('Qualifier') === qualifier,
      })
    }

    const facts = await lambda.previewer.preview(asked, signal)

    expect(fake.server.requests).toHaveLength(2)
    expect(facts?.unread).toEqual([
      expect.stringMatching(/^Version 7 could not be read: /),
      expect.stringMatching(/^Version 6 could not be read: /),
    ])
  })

  it('names the versions also where their configuration may not be read, and says so', async () => {
    fake.mayReadConfiguration = false

    const facts = await preview()

    expect(facts?.versions).toMatchObject({ from: { version: '7' }, to: { version: '6', codeSha256: null } })
    expect(facts?.unread).toHaveLength(2)
  })

  it('says that a version which does not exist could not be read, beside the one that does', async () => {
    const asked = await ask()
    const other = { ...input, with: { ...input.with, version: '99' } }

    const facts = await lambda.previewer.preview({ ...asked, input: other }, signal)

    expect(facts?.versions).toMatchObject({ from: { codeSha256: 'sha-of-7' }, to: { version: '99', codeSha256: null } })
    expect(facts?.unread).toEqual([expect.stringMatching(/^Version 99 could not be read: .*not found/i)])
  })
})
