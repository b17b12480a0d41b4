import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createActionRunner } from '../../../src/connectors/action-runner.ts'
import { createLambda } from '../../../src/connectors/lambda/create-lambda.ts'
import { canonicalJson } from '../../../src/kernel/canonical-json.ts'
import { sha256Hex } from '../../../src/kernel/sha256.ts'
import { FakeLambda } from '../../fakes/lambda/fake-lambda.ts'
import type { AliasConfiguration, FunctionConfiguration } from '@aws-sdk/client-lambda'
import type { Lambda } from '../../../src/connectors/lambda/create-lambda.ts'
import type { JsonObject } from '../../../src/kernel/json.ts'
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

const RESTART = {
  uses: 'lambda/invoke',
  with: { function: 'restart', qualifier: 'live', params: { service: 'checkout', pods: 3 } },
} as const

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

describe('the preview of an invocation in AWS Lambda', () => {
  let fake: FakeLambda
  let lambda: Lambda
  const signal = new AbortController().signal

  beforeEach(async () => {
    fake = await FakeLambda.start()
    fake.addFunction('restart', { qualifiers: { live: '7', 7: '7', $LATEST: '$LATEST' } })
    lambda = createLambda({
      ...{ region: 'eu-central-1', endpoint: fake.server.url, callTimeoutMs: 2_000 },
      credentials: { accessKeyId: 'AKIAFAKE', secretAccessKey: 'fake-aws-secret-77aa' },
    })
  })
  afterEach(() => fake.server.close())

  async function ask(change: JsonObject = {}): Promise<PreviewQuestion> {
    const asked = { ...RESTART, with: { ...RESTART.with, ...change } }
    const before = await createActionRunner(lambda.actions).readState(asked, signal)
    return { incidentId: 'INC-1', input: asked, before }
  }
  const invocation = async (change: JsonObject = {}) =>
    (await lambda.previewer.preview(await ask(change), signal))?.invocation

  it('says which code would run, with what, how long it is waited for, and what a lost answer means', async () => {
    fake.server.inject({
      kind: 'answer',
      answer: { status: 200, body: { ...SEVEN, FunctionName: 'restart', Timeout: 60 } },
      matches: ({ query }) => query.get('Qualifier') === '7',
    })

    const facts = await lambda.previewer.preview(await ask(), signal)

    expect(facts).toMatchObject({ source: 'AWS Lambda', versions: null, unread: [] })
    expect(facts?.invocation).toEqual({
      ...{ function: 'restart', qualifier: 'live', mode: 'request', timeoutSeconds: 60, waitsSeconds: 2 },
      runs: { version: '7', description: null, lastModified: SEVEN.LastModified, codeSha256: SEVEN.CodeSha256 },
      payload: {
        bytes: 31,
        isFinal: true,
        sha256: sha256Hex(canonicalJson(RESTART.with.params)),
        params: RESTART.with.params,
      },
      ...{ isIdempotent: false, crashClass: 'opaque' },
    })
  })

  it('tells apart what is declared idempotent, what is queued, and what names no qualifier', async () => {
    expect(await invocation({ idempotent: true })).toMatchObject({ isIdempotent: true, crashClass: 'idempotent' })
    expect(await invocation({ mode: 'event' })).toMatchObject({ mode: 'event', waitsSeconds: null })
    const { qualifier: _, ...unnamed } = RESTART.with
    const question = await ask()
    const latest = { uses: 'lambda/invoke', with: unnamed } as const
    const before = await createActionRunner(lambda.actions).readState(latest, signal)

    const facts = await lambda.previewer.preview({ ...question, input: latest, before }, signal)

    expect(facts?.invocation).toMatchObject({ qualifier: '$LATEST', runs: { version: '$LATEST' } })
  })

  it('is of the version that the plan binds, and runs nothing', async () => {
    const asked = await ask()
    fake.addFunction('restart', { qualifiers: { live: '8', 7: '7', 8: '8' } })

    const facts = await lambda.previewer.preview(asked, signal)

    expect(facts?.invocation?.runs).toMatchObject({ version: '7', codeSha256: 'sha-of-7' })
    expect(fake.invocations).toEqual([])
    expect(fake.server.requests.every(({ method }) => method === 'GET')).toBe(true)
  })

  it('says so where the configuration may not be read, since a moved alias is then not noticed', async () => {
    fake.mayReadConfiguration = false

    const facts = await lambda.previewer.preview(await ask(), signal)

    expect(facts?.invocation).toMatchObject({ function: 'restart', runs: null, timeoutSeconds: null })
    expect(facts?.unread).toEqual([expect.stringMatching(/^What live points to may not be read here/)])
  })

  it('names the version also where it cannot be read any more, and says so', async () => {
    const asked = await ask()
    fake.addFunction('restart', { qualifiers: { live: '8' } })

    const facts = await lambda.previewer.preview(asked, signal)

    expect(facts?.invocation?.runs).toMatchObject({ version: '7', codeSha256: null })
    expect(facts?.unread).toEqual([expect.stringMatching(/^Version 7 could not be read: /)])
  })

  it('has no hash of what an earlier step will give, and shows no parameters that are too long', async () => {
    const given = await invocation({ params: { revision: '${{ steps.look.revision }}' } })
    const long = await invocation({ params: { list: 'x'.repeat(3_000) } })

    expect(given?.payload).toMatchObject({ isFinal: false, sha256: null })
    expect(long?.payload).toMatchObject({ bytes: 3_011, isFinal: true, params: null })
  })
})
