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
import { refreshIncident } from '../../../src/orchestrator/refresh-incident.ts'
import { selectPlaybooks } from '../../../src/playbooks/select-playbook.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { JudgementWorld } from './judgement-world.ts'
import type { Played } from '../../../src/cli/eval-scenarios.ts'

const files = await loadSandbox(fileURLToPath(new URL('../../../sandbox', import.meta.url)))
const playbooks = await readPlaybooks()

let world: JudgementWorld
beforeEach(async () => {
  world = await openJudgementWorld()
})
afterEach(() => world.close())

/** The same alerts and changes through intake, refresh and the shortlist of the product, with its database. */
async function judgeInProduct({ means, looks }: Played) {
  const sight = looks.at(-1)!.sight
  const deps: Deps = {
    ...world.deps,
    ...{ catalog: means.catalog, playbooks, changeSources: [], deployState: null, metrics: null },
    clock: new FixedClock(sight.now.toISOString()),
    actions: { ...world.deps.actions, available: ACTION_NAMES },
    settings: { ...world.deps.settings, ...means.settings, instanceMetrics: null },
  }
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
      service,
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
    const product = await judgeInProduct(played)

    expect(product.length).toBeGreaterThan(0)
    expect(sorted(product)).toEqual(sorted(judgedInEval(played)))
  })
})
