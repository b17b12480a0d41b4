import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSealer } from '../../../src/app/create-sealer.ts'
import { auditExportCommand } from '../../../src/cli/audit-export.ts'
import { auditKeygenCommand } from '../../../src/cli/audit-keygen.ts'
import { runCommand } from '../../../src/cli/run-command.ts'
import { readLeaves } from './read-leaves.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { Proposal } from '../../../src/domain/approval.ts'
import type { Person } from '../../../src/domain/person.ts'
import type { JsonObject } from '../../../src/kernel/json.ts'
import { systemClock } from '../../../src/kernel/clock.ts'
import { answerQuestion } from '../../../src/orchestrator/questions/answer-question.ts'
import { askQuestion } from '../../../src/orchestrator/questions/ask-question.ts'
import { climbLadder } from '../../../src/orchestrator/climb-ladder.ts'
import { breakGlass } from '../../../src/orchestrator/break-glass/break-glass.ts'
import { freezeService } from '../../../src/orchestrator/freeze-service.ts'
import { ingestAlerts } from '../../../src/orchestrator/ingest-alerts.ts'
import { readAudit } from '../../../src/orchestrator/read/read-audit.ts'
import { readIncident } from '../../../src/orchestrator/read/read-incidents.ts'
import { recordDecision } from '../../../src/orchestrator/record-decision.ts'
import { recordFeedback } from '../../../src/orchestrator/record-feedback.ts'
import { resolveIncident } from '../../../src/orchestrator/resolve-incident.ts'
import { reviewAudit } from '../../../src/orchestrator/review-audit.ts'
import { settleStep } from '../../../src/orchestrator/settle-step.ts'
import { stopRun } from '../../../src/orchestrator/stop-run.ts'
import { unfreezeService } from '../../../src/orchestrator/unfreeze-service.ts'
import { withdrawDecision } from '../../../src/orchestrator/withdraw-decision.ts'
import { createPolicyEngine } from '../../../src/policy/cedar-engine.ts'
import { ANA, BEN, CATALOG, RIA, SERVICE, approveRun } from '../../fakes/counting-target/approved-run.ts'
import { approveThroughProduct, proposeThroughProduct } from '../../fakes/counting-target/approve-through-product.ts'
import type { Replica } from '../../fakes/counting-target/replica.ts'
import { defaultPolicyFiles } from '../../unit/policy/default-policies.ts'
import { look } from '../executor/nested-world.ts'
import { advance, find, openWorld } from '../executor/world.ts'
import type { World } from '../executor/world.ts'
import { playFurther } from './further-plays.ts'
import { NESTED_STEP, kindOf, lacks, unnoticed } from './held-against.ts'
import { GROUPS, REQUIRED, REQUIRED_OF_SERVICE, REQUIRED_SELDOM } from './required-members.ts'

let world: World
let folder: string
let entries: readonly JsonObject[]
beforeAll(async () => {
  world = await openWorld()
  folder = await mkdtemp(join(tmpdir(), 'countersign-story-'))
  await playStory(await openSealing())
  entries = await readLeaves(world.database.ownerUrl)
})
afterAll(async () => {
  await world.close()
  await rm(folder, { recursive: true, force: true })
})

/** Sealing as the product builds it, with what only the process knows, and the default policies. */
async function openSealing(): Promise<Replica> {
  const replica = await world.replica({ authorize: createPolicyEngine(defaultPolicyFiles()).authorize })
  const facts = { account: 'target.example', credentialRef: 'env:TARGET_TOKEN' }
  const seal = createSealer({
    ...{ clock: systemClock, randomBytes, replicaId: 'story', secrets: [], catalog: CATALOG, clockOffset: { ms: 3 } },
    systems: { argocd: facts, lambda: facts, prometheus: facts },
  })
  return { ...replica, deps: { ...replica.deps, seal } }
}

const BY_ANA = { person: ANA, origin: 'console' } as const
const sync = { uses: 'argocd/sync', resource: 'shop', undoTo: 'r0' } as const

async function playStory(replica: Replica): Promise<void> {
  const { deps } = replica
  const proposal = await proposeThroughProduct(deps, [sync, { uses: 'prometheus/assert' }], await raiseAlert(replica))
  const decision = {
    proposalId: proposal.id,
    incidentId: proposal.incidentId,
    origin: 'console',
    reason: null,
  } as const
  await playWaiting(deps, proposal)
  const approve = (planHash: string) =>
    recordDecision(deps, { ...decision, personId: BEN.id, decision: 'approve', planHash })
  await refused(approve('0123abcd'))
  const { run } = await approve(proposal.planHash)
  await advance(replica, run?.id ?? '')

  world.target.misbehave({ kind: 'effect-then-drop', times: 1 })
  const lost = await approveThroughProduct(deps, [{ uses: 'lambda/invoke', resource: 'lost' }])
  await advance(replica, lost.run.id)
  await settleStep(deps, { runId: lost.run.id, stepId: null, choice: 'done', reason: 'looked', ...BY_ANA })
  await advance(replica, lost.run.id)

  const stopped = await approveThroughProduct(deps, [{ ...sync, resource: 'stopped' }])
  await stopRun(deps, { runId: stopped.run.id, reason: 'enough', ...BY_ANA })
  await advance(replica, stopped.run.id)

  const withdrawn = await approveThroughProduct(deps, [{ ...sync, resource: 'withdrawn' }])
  await withdrawDecision(deps, { proposalId: withdrawn.proposal.id, personId: ANA.id, origin: 'slack' })
  const { id, incidentId, planHash } = await proposeThroughProduct(deps, [{ ...sync, resource: 'rejected' }])
  await recordDecision(deps, {
    ...{ proposalId: id, incidentId, planHash, personId: BEN.id, decision: 'reject', reason: 'no', origin: 'console' },
  })
  await sayHowItWent(replica, proposal.incidentId)
  await playAgain(replica)
  await playNested(replica)
  await playFurther(world, replica)
  await playExceptions(replica)
}

/** What nobody knows is sent again, which two have to approve anew. */
async function playAgain(replica: Replica): Promise<void> {
  const { deps } = replica
  world.target.misbehave({ kind: 'effect-then-drop', times: 1 })
  const steps = [{ uses: 'lambda/invoke', resource: 'again' }] as const
  const lost = await approveRun(deps.unitOfWork, steps, { plan: { tier: 3 }, approvers: [ANA, BEN] })
  await advance(replica, lost.run.id)
  const say = { runId: lost.run.id, stepId: null, choice: 'retry', reason: 'it is safe', origin: 'console' } as const
  for (const person of [ANA, BEN]) await settleStep(deps, { ...say, person })
  await advance(replica, lost.run.id)
}

async function playNested(replica: Replica): Promise<void> {
  const { deps } = replica
  const { proposal, run } = await approveThroughProduct(deps, [
    { id: NESTED_STEP, uses: 'approval', with: { tier: 2, title: 'It looks well' } },
    { ...sync, resource: 'nested' },
  ])
  await look(replica, run.id)
  const [step] = await deps.stores.stepApprovals.list(run.id)
  await recordDecision(deps, {
    ...{ proposalId: proposal.id, incidentId: proposal.incidentId, personId: BEN.id, decision: 'approve' },
    ...{ planHash: step?.hash ?? '', reason: null, origin: 'slack' },
  })
  while (!['succeeded', 'failed', 'stopped'].includes((await find(replica, run.id)).state)) await look(replica, run.id)
}

/** A question, its answer, and a rung of the ladder. */
async function playWaiting(deps: Deps, { id: proposalId, incidentId }: Proposal): Promise<void> {
  const asked = { proposalId, incidentId, origin: 'console' } as const
  await askQuestion(deps, { ...asked, person: BEN, text: 'Does cart need it?' })
  await answerQuestion(deps, { ...asked, person: RIA, text: 'No.', number: null })
  // As if the first share of the time were over.
  await climbLadder({ ...deps, settings: { ...deps.settings, escalateAt: [0] } })
}

async function sayHowItWent({ deps }: Replica, incidentId: string): Promise<void> {
  await resolveIncident(deps, { incidentId, ...BY_ANA })
  await recordFeedback(deps, { incidentId, ...BY_ANA, question: 'playbook', answer: 'yes', about: null })
}

/** Broken glass, a refusal of the policy, a freeze, reading and exporting. */
async function playExceptions({ deps }: Replica): Promise<void> {
  const urgent = await proposeThroughProduct(deps, [{ ...sync, resource: 'urgent' }])
  await breakGlass(deps, {
    ...{ proposalId: urgent.id, incidentId: null, personId: ANA.id, planHash: urgent.planHash },
    ...{ reason: 'checkout is down and nobody answers', origin: 'console' },
  })
  const freeze = { service: SERVICE, for: '30m', reason: 'wait', origin: 'console' } as const
  await freezeService(deps, { ...freeze, personId: ANA.id })
  await unfreezeService(deps, { service: SERVICE, personId: ANA.id, origin: 'console' })
  const read = (person: Person) =>
    readAudit(deps, { type: 'person', person, origin: 'console' }, { incidentId: null, after: null, limit: 10 })
  await refused(read(RIA))
  await read({ ...ANA, roles: ['auditor'] })
  await readIncident(deps, { type: 'person', person: ANA, origin: 'console' }, urgent.incidentId)
  await deps.reads.close()
  await exportLog()
  expect(await reviewAudit(deps, async () => ({ genuine: [], forged: 0 }))).toBeDefined()
}

async function refused(work: Promise<unknown>): Promise<void> {
  await expect(work).rejects.toThrow()
}

async function raiseAlert({ deps }: Replica): Promise<string> {
  const labels = { alertname: 'HighErrorRate', service: SERVICE, environment: 'production' }
  await ingestAlerts(deps, {
    ...{ source: 'alertmanager', key: 'story', body: Buffer.from(JSON.stringify(labels)), rejected: [] },
    alerts: [
      {
        ...{ source: 'alertmanager', sourceFingerprint: null, status: 'firing', labels },
        ...{ annotations: { summary: 'Many errors' }, startsAt: new Date(), endsAt: null, generatorUrl: null },
      },
    ],
  })
  const [incident] = await deps.stores.incidents.list({ limit: 1 })
  if (incident === undefined) throw new Error('No incident was opened.')
  return incident.id
}

async function exportLog(): Promise<void> {
  const at = (name: string): string => join(folder, name)
  await writeFile(at('countersign.yaml'), 'mode: observe\n')
  await writeFile(at('people.yaml'), 'people: []\n')
  for (const name of ['catalog', 'playbooks', 'policies']) await mkdir(at(name))
  const errors: string[] = []
  for (const args of [
    ['audit', 'keygen', '--out', at('keys')],
    ['audit', 'export', '--out', at('log.jsonl')],
  ]) {
    await runCommand([auditExportCommand, auditKeygenCommand], args, {
      variables: {
        COUNTERSIGN_CONFIG: at('countersign.yaml'),
        COUNTERSIGN_DATA: at('data'),
        DATABASE_URL: world.database.url,
        COUNTERSIGN_AUDIT_KEY: at('keys/audit.key'),
      },
      print: () => undefined,
      printError: (line) => void errors.push(line),
      signal: new AbortController().signal,
    })
  }
  expect(errors).toEqual([])
}

describe('the entries of a whole story', () => {
  it('are of every kind of the table', () => {
    expect([...new Set(entries.map(kindOf))].toSorted()).toEqual(Object.keys(REQUIRED).toSorted())
  })

  it('carry what an auditor asks of them', () => {
    expect([...new Set(entries.flatMap((entry) => lacks(REQUIRED, entry)))]).toEqual([])
  })

  it('say what the clock was off by, where it was measured', () => {
    expect(entries.filter(({ replica }) => replica === 'story').every((entry) => entry['clockOffsetMs'] === 3)).toBe(
      true,
    )
  })

  it('are found wanting without any one of these members (twin)', () => {
    expect(entries.flatMap((entry) => unnoticed(REQUIRED, entry))).toEqual([])
  })

  it('are described in docs/audit.md by the same table', async () => {
    const text = await readFile(new URL('../../../docs/audit.md', import.meta.url), 'utf8')
    const [, section = ''] = text.split('## What each kind of entry carries\n')
    const rows = section
      .split('\n## ')[0]!
      .split('\n')
      .filter((line) => line.startsWith('| ') && line.includes('`'))
      .map((line) => line.split('|').map((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)))
    const pairs = rows.map(([, first = [], second = []]) => [first.join(' '), second] as const)

    expect(Object.fromEntries(pairs)).toEqual({ ...GROUPS, ...REQUIRED, ...REQUIRED_OF_SERVICE, ...REQUIRED_SELDOM })
  })
})
