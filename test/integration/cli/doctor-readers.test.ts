import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { openInstallation } from '../operations/installation.ts'
import { VendorServer } from '../../fakes/vendor-server.ts'
import type { FakeAnswer } from '../../fakes/vendor-server.ts'
import type { Finding } from '../../../src/cli/doctor/finding.ts'
import type { Installation } from '../operations/installation.ts'

/** What evidence is read from, and nothing is done to. */
let server: VendorServer
let github: FakeAnswer
let loki: FakeAnswer
let installation: Installation | undefined
beforeEach(async () => {
  github = { status: 200, body: { commits: [] } }
  loki = { status: 200, body: { status: 'success', data: { resultType: 'streams', result: [] } } }
  server = new VendorServer(({ path }) => (path.startsWith('/repos/') ? github : loki))
  await server.listen()
})
afterEach(async () => {
  await server.close()
  await installation?.close()
})

const WITH_REPOSITORY = `apiVersion: backstage.io/v1alpha1
kind: Component
metadata: { name: checkout, annotations: { github.com/project-slug: bank/checkout } }
spec: { owner: team-shop }
`
const LOGS = `evidence: { logs: { query: '{app=~"\${{ services }}"}' } }`

async function found(settings = LOGS, catalog = WITH_REPOSITORY): Promise<readonly Finding[]> {
  installation = await openInstallation({
    settings,
    files: { 'catalog/shop.yaml': catalog },
    variables: {
      ...{ GITHUB_TOKEN: 'a-github-token', GITHUB_API_URL: server.url },
      ...{ LOKI_URL: server.url, LOKI_TOKEN: 'a-loki-token' },
    },
  })
  const { printed } = await installation.run('doctor', '--json')
  const findings = JSON.parse(printed) as readonly Finding[]
  return findings.filter(({ name }) => ['GitHub commits', 'Loki'].includes(name))
}

describe('doctor and what evidence is read from', () => {
  it('finds nothing wrong where both answer, and only reads', async () => {
    expect(await found()).toEqual([
      { name: 'GitHub commits', ok: true, detail: 'GitHub shows 1 repository(ies).', remedy: '' },
      { name: 'Loki', ok: true, detail: 'Loki answers.', remedy: '' },
    ])
    expect(server.requests.map(({ method }) => method)).toEqual(['GET', 'GET'])
    expect(server.requests.map(({ headers }) => headers.authorization).toSorted()).toEqual([
      'Bearer a-github-token',
      'Bearer a-loki-token',
    ])
  })

  it.each([401, 403, 500])(
    'names both where they answer %d, says how to mend it, and shows no token',
    async (status) => {
      github = { status }
      loki = { status }

      const findings = await found()

      expect(findings.map(({ ok }) => ok)).toEqual([false, false])
      expect(findings[0]?.remedy).toContain('GITHUB_TOKEN')
      expect(findings[1]?.remedy).toContain('LOKI_TOKEN')
      expect(JSON.stringify(findings)).not.toMatch(/a-github-token|a-loki-token/)
    },
  )

  it('names a repository that the token does not see', async () => {
    github = { status: 404 }

    expect((await found())[0]).toMatchObject({ ok: false, detail: 'GitHub shows no repository bank/checkout.' })
  })

  it('says that something is configured and never used', async () => {
    const without = WITH_REPOSITORY.replace('github.com/project-slug', 'example.com/other')

    const findings = await found('', without)

    expect(findings.map(({ ok }) => ok)).toEqual([false, false])
    expect(findings.map(({ remedy }) => remedy).join(' ')).toMatch(/project-slug.*evidence\.logs\.query/)
  })
})
