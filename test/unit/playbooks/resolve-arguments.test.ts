import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { resolveArguments } from '../../../src/playbooks/resolve-arguments.ts'
import type { ActionName } from '../../../src/domain/action.ts'
import type { JsonObject } from '../../../src/kernel/json.ts'

const lookups = (value: unknown): JsonObject => ({
  alert: { labels: { x: value as string }, annotations: {} },
  incident: { service: value as string },
  service: null,
})
const resolve = (action: ActionName, written: JsonObject, value: unknown) =>
  resolveArguments(action, written, lookups(value))
const query = (text: string, value: unknown) =>
  resolve('prometheus/assert', { query: text, below: 1, for: '1m' }, value)

describe('a value in a PromQL query', () => {
  it.each([
    ['checkout', 'up{service="checkout"}'],
    ['a"} or up{x="', 'up{service="a\\"} or up{x=\\""}'],
    ['a\\', 'up{service="a\\\\"}'],
    ['a\nb', 'up{service="a\\nb"}'],
    ['a\u0000b', 'up{service="a\\u0000b"}'],
  ])('%j stays the content of its string', (value, expected) => {
    expect(query('up{service="${{ alert.labels.x }}"}', value).value?.['query']).toBe(expected)
  })

  it('in a pattern matches only itself', () => {
    const { value } = query('up{service=~"${{ alert.labels.x }}"}', '.*|a')
    expect(value?.['query']).toBe('up{service=~"\\\\.\\\\*\\\\|a"}')
  })

  it.each([
    ['outside of quotes', 'up{service="x"} > ${{ alert.labels.x }}'],
    ['in a string of a function', 'label_replace(up, "a", "${{ alert.labels.x }}", "b", ".*")'],
    ['in a comment', 'up # ${{ alert.labels.x }}'],
    ['behind a backslash', 'up{service="\\${{ alert.labels.x }}"}'],
  ])('%s is refused', (_, text) => {
    const { value, problems } = query(text, 'x')
    expect(value).toBeUndefined()
    expect(problems[0]).toMatch(/alert\.labels\.x is refused/)
  })

  it('between back-ticks is refused when it holds one', () => {
    expect(query('up{service=`${{ alert.labels.x }}`}', 'a`b').value).toBeUndefined()
    expect(query('up{service=`${{ alert.labels.x }}`}', 'a"b').value?.['query']).toBe('up{service=`a"b`}')
  })

  it('outside of quotes may be a number', () => {
    expect(query('up > ${{ alert.labels.x }}', 3).value?.['query']).toBe('up > 3')
  })

  it('never ends its string, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (value) => {
        const { value: args } = query('up{a="${{ alert.labels.x }}"}', value)
        const text = args?.['query'] as string
        expect(text).toMatch(/^up\{a="(?:[^"\\\n]|\\.)*"\}$/u)
      }),
      { numRuns: 500 },
    )
  })
})

describe('a value in a URL', () => {
  const url = (text: string, value: unknown) => resolve('http/check', { url: text }, value)

  it.each([
    ['https://h.example/api/${{ alert.labels.x }}/health', 'a b?c#d', 'https://h.example/api/a%20b%3Fc%23d/health'],
    ['https://h.example/?q=${{ alert.labels.x }}', 'a&b=c/d', 'https://h.example/?q=a%26b%3Dc%2Fd'],
  ])('%s takes %j as one piece', (text, value, expected) => {
    expect(url(text, value).value?.['url']).toBe(expected)
  })

  it.each([
    ['https://${{ alert.labels.x }}/health', 'evil.example'],
    ['https://h.example${{ alert.labels.x }}', '.evil.example/'],
    ['${{ alert.labels.x }}', 'https://evil.example/'],
    ['https://h.example/#${{ alert.labels.x }}', 'a'],
    ['https://h.example/api/${{ alert.labels.x }}/health', '..'],
    ['https://h.example/api/.${{ alert.labels.x }}/health', '.'],
    ['https://h.example/api/${{ alert.labels.x }}', 'a/../b'],
    ['https://h.example/api/${{ alert.labels.x }}', 'a\\b'],
    ['https://h.example/?q=${{ alert.labels.x }}', 'a\r\nb'],
    ['https://h.example/?q=${{ alert.labels.x }}', '\ud800'],
  ])('%s refuses %j', (text, value) => {
    expect(url(text, value).value).toBeUndefined()
  })
})

describe('a value in JSON, in a chat text and in a name', () => {
  it('keeps its type when it is the whole value', () => {
    const { value } = resolve('lambda/invoke', { function: 'f', params: { n: '${{ alert.labels.x }}' } }, 7)
    expect(value?.['params']).toEqual({ n: 7 })
  })

  it('is data in JSON, whatever it holds', () => {
    const { value } = resolve('lambda/invoke', { function: 'f', params: { a: ['x-${{ alert.labels.x }}'] } }, '","b":1')
    expect(value?.['params']).toEqual({ a: ['x-","b":1'] })
  })

  it('is one visible line in a chat text', () => {
    const { value } = resolve('chat/post', { text: 'Note: ${{ alert.labels.x }}' }, 'a\n\u202eb\u200bc\u0007')
    expect(value?.['text']).toBe('Note: a bc')
  })

  it('is refused as a name when it holds control characters', () => {
    expect(resolve('argocd/terminate', { app: '${{ alert.labels.x }}' }, 'a\u0000b').value).toBeUndefined()
  })

  it('is not read twice: an expression in a value stays text', () => {
    const { value } = resolve('chat/post', { text: '${{ alert.labels.x }}' }, '${{ incident.service }}')
    expect(value?.['text']).toBe('${{ incident.service }}')
  })
})

describe('a look-up', () => {
  it('without a value says which', () => {
    const { value, problems } = resolveArguments('argocd/terminate', { app: '${{ service.argocd.app }}' }, lookups('x'))
    expect(value).toBeUndefined()
    expect(problems).toEqual(['app: service.argocd.app has no value here'])
  })

  it.each(['alert.labels.__proto__', 'alert.labels.constructor', 'incident.toString', '__proto__.x'])(
    'never reaches a prototype: %s',
    (path) => {
      expect(resolveArguments('chat/post', { text: `\${{ ${path} }}` }, lookups('x')).value).toBeUndefined()
    },
  )

  it('of an earlier step stays as it is until the run knows it', () => {
    const written = { text: 'It said ${{ steps.look.detail }}' }
    const atPlanning = resolveArguments('chat/post', written, lookups('x'))
    expect(atPlanning.value).toEqual(written)

    const atRun = resolveArguments('chat/post', atPlanning.value ?? {}, { steps: { look: { detail: 'fine' } } })
    expect(atRun.value).toEqual({ text: 'It said fine' })
  })
})
