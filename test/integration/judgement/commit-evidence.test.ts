import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { commitEvidence } from '../../../src/orchestrator/refresh/commit-evidence.ts'
import { createGitHubCommits } from '../../../src/connectors/github/github-commits.ts'
import { ONSET, openJudgementWorld } from './judgement-world.ts'
import { VendorServer } from '../../fakes/vendor-server.ts'
import type { ChangeEvent, Suspect } from '../../../src/domain/change-event.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { JudgementWorld } from './judgement-world.ts'

const SUSPECT: Suspect = {
  ...{ changeId: 'CHG-1', service: 'checkout', kind: 'deploy', at: ONSET, revision: '7f3c21a' },
  ...{ probability: 0.8, reasons: [] },
}
const CHANGE: ChangeEvent = {
  ...{ id: 'CHG-1', kind: 'deploy', service: 'checkout', environment: null, at: ONSET, finishedAt: null },
  ...{ revision: '7f3c21a', previous: { id: null, revision: '1b22e0f' }, actor: null, url: null, summary: null },
  ...{ outcome: null, sources: [] },
}

let world: JudgementWorld
let github: VendorServer
let body: object
beforeEach(async () => {
  github = new VendorServer(() => ({ status: 200, body }))
  await github.listen()
  world = await openJudgementWorld()
})
afterEach(async () => {
  await world.close()
  await github.close()
})

async function told(repository: string | null = 'bank/checkout'): Promise<unknown> {
  const services = new Map([...world.deps.catalog.services].map(([name, one]) => [name, { ...one, repository }]))
  const commits = createGitHubCommits({ apiUrl: github.url, token: 't', timeoutMs: 20_000 })
  const deps: Deps = { ...world.deps, catalog: { ...world.deps.catalog, services }, commits }
  const ranked = { suspects: [SUSPECT], changes: [CHANGE] }
  const [answer] = await commitEvidence(deps, 'INC-1', ranked, AbortSignal.timeout(60_000))
  return answer?.ok === true ? (answer.value?.fact ?? null) : answer
}

describe('what lies between two revisions', () => {
  it('is told with the newest commits and the most changed files', async () => {
    body = {
      commits: [
        { sha: 'aaaaaaa', commit: { message: 'Cache prices', author: { name: 'Ana' } } },
        { sha: 'bbbbbbb', commit: { message: 'Drop an index' } },
      ],
      files: [
        { filename: 'README.md', changes: 1 },
        { filename: 'src/price.ts', changes: 12 },
      ],
    }

    expect(await told()).toBe(
      'Between 1b22e0f and 7f3c21a of checkout: 2 commits (bbbbbbb: Drop an index; aaaaaaa by Ana: Cache prices); 2 files: src/price.ts and README.md',
    )
  })

  it('is no commit where the later one is the older, as after a rollback', async () => {
    body = { commits: [], files: [] }

    expect(await told()).toBe('Between 1b22e0f and 7f3c21a of checkout: 0 commits')
  })

  it('is not asked where the catalog names no repository', async () => {
    expect(await told(null)).toBeNull()
    expect(github.requests).toHaveLength(0)
  })
})
