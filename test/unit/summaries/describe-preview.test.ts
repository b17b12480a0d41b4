import { describe, expect, it } from '@jest/globals'
import { describeBefore } from '../../../src/summaries/describe-before.ts'
import { describePreview, describePreviewShort } from '../../../src/summaries/describe-preview.ts'
import type { InvocationPreview, StepFacts } from '../../../src/domain/plan-preview.ts'

function factsOf(known: Partial<StepFacts>): StepFacts {
  return {
    ...{
      source: 'Argo CD',
      revisions: null,
      commits: null,
      images: null,
      resources: null,
      versions: null,
      invocation: null,
    },
    ...{ paged: null, reading: null, unread: [], ...known },
  }
}

const INVOCATION: InvocationPreview = {
  ...{ function: 'restart', qualifier: 'live', mode: 'request', timeoutSeconds: 60, waitsSeconds: 25 },
  runs: { version: '7', description: 'one by one', lastModified: null, codeSha256: 'abc' },
  payload: { bytes: 31, isFinal: true, sha256: 'd'.repeat(64), params: { service: 'checkout' } },
  ...{ isIdempotent: false, crashClass: 'opaque' },
}

const commit = (revision: string, author: string | null) => ({ revision, message: `message of ${revision}`, author })

describe('the words of a preview', () => {
  it('promise a whole list of commits only where every commit is known', () => {
    const commits = { direction: 'taken_out' as const, count: 12, commits: [commit('a'.repeat(40), 'Mara')] }
    const told = (isComplete: boolean, source: string) =>
      describePreview(factsOf({ commits: { ...commits, isComplete, source } })).map(
        ({ label, text }) => `${label}: ${text}`,
      )

    expect(told(true, 'GitHub')).toEqual([
      'commits: takes out 12 commits, as GitHub tells',
      `aaaaaaa: message of ${'a'.repeat(40)} (Mara)`,
      'and: 11 more',
    ])
    expect(told(false, 'Argo CD')[0]).toBe(
      'commits: takes out 12 deploys, each named by its newest commit, as Argo CD tells',
    )
  })

  it.each<[string, Partial<StepFacts>, string]>([
    ['nothing', {}, ''],
    ['no difference', { images: [], resources: [] }, 'no resource differs'],
    [
      'images',
      {
        images: [
          { name: 'shop/checkout', from: '2.14.0', to: '2.13.0' },
          { name: 'shop/side', from: null, to: '1.0' },
          { name: 'shop/gone', from: '3', to: null },
        ],
      },
      'images shop/checkout 2.14.0 → 2.13.0, shop/side 1.0 is new and shop/gone 3 goes',
    ],
    ['nobody to page', { paged: [] }, 'pages nobody: no one is on call there'],
    ['people to page', { paged: ['Ana Ruiz', 'Bo Li'] }, 'pages Ana Ruiz and Bo Li'],
    ['what is unread', { unread: ['a', 'b'] }, '2 things could not be read'],
    [
      'an alias',
      {
        versions: {
          alias: 'live',
          from: { version: '7', description: null, lastModified: null, codeSha256: null },
          to: { version: '6', description: 'before basket', lastModified: '2026-11-20', codeSha256: 'abc' },
        },
      },
      'live from version 7 to 6',
    ],
    [
      'an invocation',
      { invocation: INVOCATION },
      'runs restart:live, version 7, with 31 bytes; not idempotent: a lost answer waits for a person',
    ],
    [
      'an invocation of what cannot be read, declared idempotent',
      { invocation: { ...INVOCATION, runs: null, isIdempotent: true, crashClass: 'idempotent' } },
      'runs what restart:live points to, with 31 bytes; idempotent',
    ],
  ])('say %s in one line', (_, known, words) => {
    expect(describePreviewShort(factsOf(known))).toBe(words)
  })

  it('tell what a check measures now', () => {
    expect(describePreview(factsOf({ reading: { values: [0.34121] } }))).toEqual([{ label: 'now', text: '0.341' }])
    expect(describePreview(factsOf({ reading: { values: [] } }))).toEqual([{ label: 'now', text: 'no data' }])
  })
})

describe('the words of the state before', () => {
  it('name history, revision, auto-sync and operation', () => {
    const state = { app: 'checkout', historyId: '42', revision: 'b'.repeat(40), targetRevision: 'main' }
    const before = { ...state, autoSync: true, operation: null, rollbackTo: 'rev-a', mark: { startedAt: 'x' } }

    expect(describeBefore(before)).toBe('history 42, bbbbbbb, tracks main, auto-sync on, no operation runs')
    expect(describeBefore(null)).toBe('')
  })

  it('tell of an invocation which code runs, what it is given, how long it is waited for, and what a lost answer means', () => {
    const rowsOf = (change: Partial<InvocationPreview>) =>
      describePreview(factsOf({ invocation: { ...INVOCATION, ...change } })).map(
        ({ label, text }) => `${label}: ${text}`,
      )

    expect(rowsOf({})).toEqual([
      'invokes: restart:live at version 7, one by one, code abc',
      'payload: 31 bytes of parameters, SHA-256 dddddddddddd',
      'parameters: {"service":"checkout"}',
      'waits: for its end, 25 s at most; the function may run for 60 s, so it may still be at it then',
      'if the answer is lost: opaque: a person says what became of it, since the playbook declares no idempotency and Lambda cannot be asked',
    ])
    const queued = rowsOf({
      ...{ mode: 'event', waitsSeconds: null, timeoutSeconds: null, runs: null },
      payload: { bytes: 1, isFinal: false, sha256: null, params: null },
      ...{ isIdempotent: true, crashClass: 'idempotent' },
    })
    expect(queued).toEqual([
      'invokes: restart:live, whatever it points to then',
      'payload: 1 byte of parameters, before what earlier steps give is filled in',
      'waits: not for its end: it is queued, and AWS may deliver it more than once',
      'if the answer is lost: idempotent: sent again under the same key, since the playbook declares that it does nothing twice under one',
    ])
  })
})
