import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createGitHubCommits } from '../../../src/connectors/github/github-commits.ts'
import { VendorServer } from '../../fakes/vendor-server.ts'
import type { FakeAnswer } from '../../fakes/vendor-server.ts'

const RANGE = { repository: 'bank/checkout', from: '1b22e0f', to: '7f3c21a' }
const COMPARISON = {
  html_url: 'https://github.com/bank/checkout/compare/1b22e0f...7f3c21a',
  total_commits: 2,
  commits: [
    { sha: 'aaa', author: { login: 'ana' }, commit: { message: 'Cache prices\n\nlong', author: { name: 'Ana' } } },
    { sha: 'bbb', author: null, commit: { message: 'Drop an index', author: { name: 'Ben' } } },
  ],
  files: [{ filename: 'src/price.ts', changes: 12 }],
}

let answer: FakeAnswer
let server: VendorServer
beforeEach(async () => {
  answer = { status: 200, body: COMPARISON }
  server = new VendorServer(() => answer)
  await server.listen()
})
afterEach(() => server.close())

const compare = (range = RANGE) =>
  createGitHubCommits({ apiUrl: server.url, token: 'gh-1', timeoutMs: 2_000 }).compare(
    range,
    AbortSignal.timeout(60_000),
  )

describe('commits between two revisions', () => {
  it('are asked for with the token, and told newest first with the files', async () => {
    expect(await compare()).toEqual({
      total: 2,
      url: COMPARISON.html_url,
      commits: [
        { revision: 'bbb', author: 'Ben', subject: 'Drop an index' },
        { revision: 'aaa', author: 'ana', subject: 'Cache prices' },
      ],
      files: [{ path: 'src/price.ts', lines: 12 }],
    })
    expect(server.requests[0]).toMatchObject({ method: 'GET', path: '/repos/bank/checkout/compare/1b22e0f...7f3c21a' })
    expect(server.requests[0]?.headers.authorization).toBe('Bearer gh-1')
  })

  it('are none where GitHub knows no such revision', async () => {
    answer = { status: 404, body: { message: 'Not Found' } }

    expect(await compare()).toBeNull()
  })

  it('never lead to another part of the interface, whatever a revision is called', async () => {
    await compare({ ...RANGE, to: '../../../user/keys?x=' })

    expect(server.requests[0]?.path.startsWith('/repos/bank/checkout/compare/')).toBe(true)
    expect(server.requests[0]?.query.size).toBe(0)
  })

  it.each([500, 401])('are not known when it answers %s', async (status) => {
    answer = { status, body: {} }

    await expect(compare()).rejects.toThrow('GitHub')
  })

  it('are not known when nobody listens', async () => {
    await server.refuse()

    await expect(compare()).rejects.toMatchObject({ code: 'vendor_unreachable' })
  })
})
