import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { ACTION_NAMES } from '../../../src/domain/action.ts'
import { FixedClock } from '../../support/fixed-clock.ts'
import { ingestAlerts } from '../../../src/orchestrator/ingest-alerts.ts'
import { ingestChange } from '../../../src/orchestrator/ingest-change.ts'
import { loadSandbox } from '../../../src/sandbox/load-sandbox.ts'
import { openJudgementWorld } from './judgement-world.ts'
import { playScenario, readPlaybooks } from '../../../src/cli/eval-scenarios.ts'
import { readProposalGround, shortlistFor } from '../../../src/orchestrator/proposals/proposal-ground.ts'
import { readRecord } from '../../../src/cli/eval/record/read-record.ts'
import { readRecordFiles, writeRecordFiles } from '../../../src/cli/eval/record/record-files.ts'
import { refreshIncident } from '../../../src/orchestrator/refresh-incident.ts'
import { replayRecord } from '../../../src/cli/eval/record/replay-record.ts'
import { scoreRecord } from '../../../src/cli/eval/record/score-record.ts'
import { selectPlaybooks } from '../../../src/playbooks/select-playbook.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { IncidentRecord } from '../../../src/cli/eval/record/recorded-incident.ts'
import type { JudgementWorld } from './judgement-world.ts'
import type { Played } from '../../../src/cli/eval-scenarios.ts'

const files = await loadSandbox(fileURLToPath(new URL('../../../sandbox', import.meta.url)))
const playbooks = await readPlaybooks()

let world: JudgementWorld
beforeEach(async () => {
  world = await openJudgementWorld()
})
afterEach(() => world.close())

function productOf({ means, looks }: Played): Deps {
  return {
    ...world.deps,
    ...{ catalog: means.catalog, playbooks, changeSources: [], deployState: null, metrics: null },
    clock: new FixedClock(looks.at(-1)!.sight.now.toISOString()),
    actions: { ...world.deps.actions, available: ACTION_NAMES },
    settings: { ...world.deps.settings, ...means.settings, instanceMetrics: null },
  }
}

/** The same alerts and changes through intake, refresh and the shortlist of the product, with its database. */
async function judgeInProduct(deps: Deps, { looks }: Played) {
  const sight = looks.at(-1)!.sight
  const delivery = (source: string) => ({ source, key: 'one', body: Buffer.from('x') })
  const changes = sight.changes.map(({ id, sources: _sources, ...change }) => ({
    ...change,
    ...{ source: 'argocd', sourceId: id },
  }))
  await ingestChange(deps, { ...delivery('argocd'), changes, rejected: [] })
  await ingestAlerts(deps, { ...delivery('alertmanager'), alerts: sight.alerts, rejected: [] })
  const incidents = await deps.stores.incidents.list({ isUnresolved: true, limit: 200 })
  const judged = []
  for (const { id, service } of incidents) {
    await refreshIncident(deps, { incidentId: id }, new AbortController().signal)
    const ground = await readProposalGround(deps, id)
    const first = selectPlaybooks(await shortlistFor(deps, ground)).candidates[0]
    judged.push({
      ...{ id, service },
      changes: ground.findings.suspects.map(({ changeId, probability }) => ({ changeId, probability })),
      suspects: ground.findings.suspects.map(({ service: name, probability }) => `${name} ${probability.toFixed(6)}`),
      proposed: first === undefined ? null : `${first.playbook.name} ${first.confidence.toFixed(6)}`,
    })
    await deps.stores.incidents.move(id, ['open'], 'resolved')
  }
  return judged
}

function judgedInEval({ looks }: Played) {
  return looks.at(-1)!.judgements.map(({ service, scored, proposed }) => ({
    service,
    suspects: scored.suspects.map(({ service: name, probability }) => `${name} ${probability.toFixed(6)}`),
    proposed: proposed === null ? null : `${proposed.playbook} ${proposed.confidence.toFixed(6)}`,
  }))
}

const sorted = (all: readonly object[]) => all.map((one) => JSON.stringify(one)).toSorted()

describe('`eval scenarios` and the product', () => {
  it.each([
    ['bad-deploy', 4],
    ['dependency-failure', 5],
    ['memory-leak', 6],
    ['bad-dependency-deploy', 7],
  ])('judge %s of seed %i alike, to the last digit that is shown', async (name, seed) => {
    const played = playScenario({ files, playbooks }, files.scenarios.get(name)!, seed)
    const product = await judgeInProduct(productOf(played), played)

    expect(product.length).toBeGreaterThan(0)
    expect(sorted(product.map(({ service, suspects, proposed }) => ({ service, suspects, proposed })))).toEqual(
      sorted(judgedInEval(played)),
    )
  })
})

const nameOf = (proposed: string | null) => proposed?.split(' ')[0] ?? null

async function answerCause(
  { unitOfWork }: Deps,
  about: { readonly incidentId: string; readonly changeId: string; readonly probability: number },
): Promise<void> {
  const answer = { question: 'cause', answer: 'yes', personId: 'ana', runId: null } as const
  await unitOfWork.run((stores) => stores.feedback.save({ ...answer, ...about }))
}

async function reportDeploy(deps: Deps, service: string, at: Date): Promise<void> {
  const change = { kind: 'deploy', environment: null, revision: 'f'.repeat(40), previous: null, actor: null } as const
  await deps.stores.changes.record({
    ...{ ...change, source: 'argocd', sourceId: 'later', service, at, finishedAt: null },
    ...{ url: null, summary: null, outcome: null },
  })
}

async function throughFiles(record: IncidentRecord): Promise<IncidentRecord> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-record-'))
  try {
    await writeRecordFiles(folder, record)
    return await readRecordFiles(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}

describe('`eval record` and the product', () => {
  const { signal } = new AbortController()

  it('judge an incident alike, from the database and from its files', async () => {
    const played = playScenario({ files, playbooks }, files.scenarios.get('bad-deploy')!, 4)
    const deps = { ...productOf(played), model: null }
    const product = await judgeInProduct(deps, played)
    const [{ id, changes }] = product as [(typeof product)[number]]
    const { changeId, probability } = changes[0]!
    await answerCause(deps, { incidentId: id, changeId, probability })
    const { service } = (await deps.stores.changes.find(changeId))!
    await reportDeploy(deps, service, new Date(Date.now() + 3_600_000))

    const record = await readRecord(deps, 200)
    const replayed = await replayRecord(deps, record, signal)

    expect(sorted(replayed.map(({ id: of, suspects, proposed }) => ({ id: of, suspects, proposed })))).toEqual(
      sorted(
        product.map(({ id: of, changes: suspects, proposed }) => ({ id: of, suspects, proposed: nameOf(proposed) })),
      ),
    )
    expect(scoreRecord(replayed, false)).toMatchObject({
      ...{ n: product.length, causeAt1: { value: 1, n: 1 } },
      calibration: { brier: { value: (1 - probability) ** 2, n: 1 } },
    })
    expect(await replayRecord(deps, await throughFiles(record), signal)).toEqual(replayed)
  })
})
