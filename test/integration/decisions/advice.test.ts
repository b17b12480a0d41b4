import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { openAiModel } from '../../../src/connectors/openai/openai-model.ts'
import { proposeForIncident } from '../../../src/orchestrator/propose-for-incident.ts'
import { recordDecision } from '../../../src/orchestrator/record-decision.ts'
import { startFakeOpenAi } from '../../fakes/openai/fake-openai.ts'
import { BO, auditEvents, openScene, openTwin, openWorld, playbookOf, recordSuccesses } from './world.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { FakeModelAnswer, FakeOpenAi } from '../../fakes/openai/fake-openai.ts'
import type { Proposal } from '../../../src/domain/approval.ts'
import type { Scene, World } from './world.ts'

let world: World
let server: FakeOpenAi
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())
beforeEach(async () => {
  counts.length = 0
  server = await startFakeOpenAi(() => ({ kind: 'hang' }))
})
afterEach(() => server.close())

const ROLLBACK = playbookOf()
/** Fits as well, and comes after ROLLBACK by name alone. */
const SECOND = second((text) => text)
const counts: string[] = []

function second(change: (text: string) => string) {
  return playbookOf((text) => change(text.replace('name: rollback-bad-deploy', 'name: second-way')))
}

function deps(
  playbooks: Deps['playbooks'] = [ROLLBACK, SECOND],
  settings: Partial<Deps['settings']> = {},
  timeoutMs = 20_000,
): Deps {
  const model = openAiModel({ apiKey: 'none', baseUrl: server.baseUrl, model: 'local', timeoutMs })
  const count: Deps['telemetry']['count'] = (name, labels = {}) => {
    if (name.startsWith('model_')) counts.push(`${name} ${labels['outcome'] ?? ''}`)
  }
  return { ...withoutModel(playbooks, settings), model, telemetry: { ...world.deps.telemetry, count } }
}

/** Both have the same record, whatever ran in another test: by their confidence neither comes before the other. */
function withoutModel(
  playbooks: Deps['playbooks'] = [ROLLBACK, SECOND],
  settings: Partial<Deps['settings']> = {},
): Deps {
  const playbookRecords = { ...world.deps.stores.playbookRecords, listPast: () => Promise.resolve([]) }
  return world.replica({ playbooks, settings, stores: { ...world.deps.stores, playbookRecords } })
}

async function sceneWithEvidence(options: Parameters<typeof openScene>[1] = {}): Promise<Scene> {
  const scene = await openScene(world, options)
  await addEvidence(scene.incident.id)
  return scene
}

async function addEvidence(incidentId: string): Promise<void> {
  await world.deps.stores.evidence.save([
    {
      ...{ incidentId, key: 'alert', kind: 'alert', source: 'alertmanager', at: new Date(), url: null, data: {} },
      fact: 'HighErrorRate on checkout: memory at 96 % of its limit',
    },
  ])
}

/** The second before the first, for a reason that the evidence holds. */
const turned = (change: object = {}): FakeOpenAi['respond'] => {
  return ({ messages }) => {
    const id = /<<<evidence (EV-\d+)/.exec(String(messages.at(-1)?.content))?.[1] ?? ''
    const reason = { text: 'Memory of checkout is at 96 % of its limit.', evidence: [id] }
    return { kind: 'text', text: JSON.stringify({ order: ['P-2', 'P-1'], reason, ...change }) }
  }
}

async function propose(incidentId: string, by: Deps): Promise<Proposal> {
  const made = await proposeForIncident(by, { incidentId })
  if (made.outcome !== 'proposed') throw new Error(JSON.stringify(made))
  return made.proposal
}
const nameOf = ({ plan }: Proposal) => plan.playbook.name

async function reject(proposal: Proposal): Promise<void> {
  const { id: proposalId, incidentId, planHash } = proposal
  const decision = { proposalId, incidentId, personId: BO.id, decision: 'reject', planHash, reason: 'no' } as const
  await recordDecision(world.deps, { ...decision, origin: 'slack' })
}

describe('a model that puts the second playbook first', () => {
  it('is heard: that one is proposed, its reason is marked as the model’s, and it is on the record', async () => {
    server.respond = turned()
    const { incident } = await sceneWithEvidence()
    const proposal = await propose(incident.id, deps())

    expect(nameOf(proposal)).toBe('second-way')
    expect(proposal.reasons[0]).toMatch(/^It would help with \d+ %/)
    expect(proposal.reasons[1]).toMatch(
      /^The language model puts it first: Memory of checkout is at 96 % of its limit\. \(EV-\d+\)$/,
    )
    expect(proposal.reasons[2]).toMatch(/^Not rollback-bad-deploy: it would help with \d+ %\.$/)
    expect(await auditEvents(world, incident.id)).toEqual(['advice.given', 'proposal.made'])
    expect(counts).toEqual(['model_calls used', 'model_advice followed'])
  })

  it('changes no byte of a plan: the same playbook alone has the same digest without a model', async () => {
    server.respond = turned()
    const scene = await sceneWithEvidence()
    const advised = await propose(scene.incident.id, deps())
    const twin = await openTwin(world, scene)
    const alone = await propose(twin.id, withoutModel([SECOND]))

    expect(advised.planDigest).toBe(alone.planDigest)
    expect(advised.planJson).toBe(alone.planJson)
  })

  it('is asked once for the same choice, and what people decide on stays', async () => {
    server.respond = turned()
    const { incident } = await sceneWithEvidence()
    const proposal = await propose(incident.id, deps())
    // It would say otherwise now, and would then say nothing.
    server.respond = turned({ order: ['P-1', 'P-2'] })
    const again = await proposeForIncident(deps(), { incidentId: incident.id })

    expect(again).toMatchObject({ outcome: 'kept', proposal: { id: proposal.id } })
    expect(server.requests).toHaveLength(1)
  })

  it('is asked by the next replica where the one that asked was stopped meanwhile', async () => {
    const { incident } = await sceneWithEvidence()
    const stop = new AbortController()
    server.respond = () => {
      stop.abort()
      return { kind: 'hang' }
    }
    await expect(proposeForIncident(deps(), { incidentId: incident.id }, stop.signal)).rejects.toThrow('abort')
    server.respond = turned()

    expect(nameOf(await propose(incident.id, deps()))).toBe('second-way')
  })

  it('is asked anew when there is another choice', async () => {
    server.respond = turned()
    const { incident } = await sceneWithEvidence()
    await propose(incident.id, deps())
    const third = second((text) => text.replace('name: second-way', 'name: third-way'))
    server.respond = turned({ order: ['P-3', 'P-1', 'P-2'] })
    const proposal = await propose(incident.id, deps([ROLLBACK, SECOND, third]))

    expect(nameOf(proposal)).toBe('third-way')
    expect(server.requests).toHaveLength(2)
  })

  it('is not asked where there is nothing to choose', async () => {
    server.respond = turned()
    const { incident } = await sceneWithEvidence()
    await propose(incident.id, deps([ROLLBACK]))

    expect(server.requests).toEqual([])
  })
})

describe('what a model puts first', () => {
  it('is not proposed where it has a higher tier than the facts’ first; with an equal one it is (the twin above)', async () => {
    server.respond = turned()
    const scene = await sceneWithEvidence({ service: 'shop' })
    await recordSuccesses(world, 'shop', 1)
    const wide = second((text) => text.replace('reversible: true', 'reversible: false'))
    const proposal = await propose(scene.incident.id, deps([ROLLBACK, wide]))

    expect([nameOf(proposal), proposal.tier]).toEqual(['rollback-bad-deploy', 1])
    expect(proposal.reasons.join(' ')).not.toContain('language model')
    expect(counts).toContain('model_advice higher_tier')
  })

  it('does not run by itself where the facts’ first would ask people', async () => {
    server.respond = turned()
    await recordSuccesses(world, 'shop', 1)
    const byItself = second((text) => text.replace('autonomous: false', 'autonomous: true'))
    for (const index of [1, 2, 3]) {
      await world.deps.stores.playbookRecords.append({
        ...{ playbook: 'second-way', service: 'shop', owner: 'payments', criticality: 3, outcome: 'succeeded' },
        runId: `RUN-second-${String(index)}`,
      })
    }
    const { incident } = await sceneWithEvidence({ service: 'shop' })
    const made = await proposeForIncident(deps([ROLLBACK, byItself], { mode: 'act' }), { incidentId: incident.id })

    expect(made).toMatchObject({ outcome: 'proposed', proposal: { state: 'pending' }, run: null })
    expect(counts).toContain('model_advice runs_by_itself')
    const twin = await proposeForIncident(deps([byItself], { mode: 'act' }), {
      incidentId: (await openScene(world, { service: 'shop' })).incident.id,
    })
    expect(twin).toMatchObject({ proposal: { state: 'approved' } })
  })

  it('brings nothing back that selection holds back: below 40 % it is not even asked', async () => {
    server.respond = turned()
    const { incident } = await sceneWithEvidence({ probability: 0.45 })

    expect(await proposeForIncident(deps(), { incidentId: incident.id })).toMatchObject({ outcome: 'nothing' })
    expect(server.requests).toEqual([])
  })

  it('is not proposed where the facts’ first was rejected and the bot would propose nothing more', async () => {
    const { incident } = await sceneWithEvidence()
    const byFacts = await propose(incident.id, withoutModel())
    await reject(byFacts)
    server.respond = turned()

    expect(await proposeForIncident(deps(), { incidentId: incident.id })).toMatchObject({ outcome: 'nothing' })
    expect(server.requests).toHaveLength(1)
  })

  it('gives way to the facts’ first once people rejected it', async () => {
    server.respond = turned()
    const { incident } = await sceneWithEvidence()
    await reject(await propose(incident.id, deps()))

    expect(nameOf(await propose(incident.id, deps()))).toBe('rollback-bad-deploy')
  })
})

const BROKEN: readonly (readonly [string, FakeModelAnswer | FakeOpenAi['respond'], string])[] = [
  ['does not answer', { kind: 'hang' }, 'failed'],
  ['cuts the connection', { kind: 'reset' }, 'failed'],
  ['drips', { kind: 'drip' }, 'failed'],
  ['does not end', { kind: 'endless' }, 'failed'],
  ['is out of order', { kind: 'status', status: 503 }, 'failed'],
  ['answers ten megabytes', { kind: 'text', text: 'x'.repeat(10_000_000) }, 'failed'],
  ['answers something that is not JSON', { kind: 'text', text: 'P-2 of course' }, 'malformed'],
  ['names a playbook that was not given', turned({ order: ['P-2', 'P-7'] }), 'no_permutation'],
  ['leaves one out', turned({ order: ['P-2'] }), 'malformed'],
  ['names one twice', turned({ order: ['P-2', 'P-2'] }), 'no_permutation'],
  ['adds steps', turned({ steps: [{ uses: 'argocd/sync', with: { app: 'evil' } }] }), 'malformed'],
  ['makes up a reason', turned({ reason: { text: 'It is 99 % on fire.', evidence: ['EV-1'] } }), 'ungrounded'],
  [
    'is evil',
    turned({ reason: { text: '<!channel> approve now https://evil.example', evidence: ['EV-1'] } }),
    'ungrounded',
  ],
]

it.each(BROKEN)(
  'a model that %s leaves the order as it is, counted, and asked no more',
  async (_how, answer, outcome) => {
    server.respond = typeof answer === 'function' ? answer : () => answer
    const isEndless = typeof answer !== 'function' && ['hang', 'drip', 'endless'].includes(answer.kind)
    const scene = await sceneWithEvidence()
    const proposal = await propose(scene.incident.id, deps(undefined, undefined, isEndless ? 400 : undefined))
    const asked = server.requests.length
    await proposeForIncident(deps(), { incidentId: scene.incident.id })
    const twin = await openTwin(world, scene)
    const without = await propose(twin.id, withoutModel())

    expect(nameOf(proposal)).toBe('rollback-bad-deploy')
    expect([proposal.planJson, proposal.reasons]).toEqual([without.planJson, without.reasons])
    expect(counts).toContain(`model_calls ${outcome}`)
    expect(counts.filter((one) => one.startsWith('model_advice'))).toEqual([])
    expect(server.requests).toHaveLength(asked)
  },
)
