import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { createPrivateKey, randomBytes, sign } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { strFromU8, unzipSync } from 'fflate'
import { Client } from 'pg'
import { createSealer } from '../../../src/app/create-sealer.ts'
import { approvalsIn, outcomesIn, printPackFile } from '../../../src/audit/verifier.ts'
import { canonicalJson } from '../../../src/kernel/canonical-json.ts'
import { systemClock } from '../../../src/kernel/clock.ts'
import { sha256Hex } from '../../../src/kernel/sha256.ts'
import { askQuestion } from '../../../src/orchestrator/questions/ask-question.ts'
import { recordDecision } from '../../../src/orchestrator/record-decision.ts'
import { ANA, BEN } from '../../fakes/counting-target/approved-run.ts'
import { proposeThroughProduct } from '../../fakes/counting-target/approve-through-product.ts'
import { find, openWorld } from '../executor/world.ts'
import { look } from '../executor/nested-world.ts'
import { runHere } from '../operations/installation.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { Proposal } from '../../../src/domain/approval.ts'
import type { Replica } from '../../fakes/counting-target/replica.ts'
import type { World } from '../executor/world.ts'

/** The pack of an incident whose plan was approved, asked about, approved again at a step, and carried out. */
const CANARY = 'canary-of-the-pack-0001'
let world: World
let folder: string
let proposal: Proposal
let runId: string
const at = (name: string): string => join(folder, name)

beforeAll(async () => {
  world = await openWorld()
  folder = await mkdtemp(join(tmpdir(), 'countersign-pack-of-a-run-'))
  for (const name of ['catalog', 'playbooks', 'policies']) await mkdir(at(name))
  await writeFile(at('countersign.yaml'), 'mode: observe\n')
  await writeFile(at('people.yaml'), 'people: []\n')
  const replica = await world.replica()
  const seal = createSealer({ clock: systemClock, randomBytes, replicaId: 'pack', secrets: [CANARY] })
  await play({ ...replica, deps: { ...replica.deps, seal } })
  await as('owner', `UPDATE incidents SET title = 'password ${CANARY} on checkout' WHERE id = '${proposal.incidentId}'`)
  expect(await run('audit', 'keygen', '--out', at('keys'))).toMatchObject({ exitCode: 0 })
})
afterAll(async () => {
  await world.close()
  await rm(folder, { recursive: true, force: true })
})

async function play(replica: Replica): Promise<void> {
  const { deps } = replica
  proposal = await proposeThroughProduct(deps, [
    { id: 'move', uses: 'argocd/sync', resource: 'shop', with: { to: 'r1' }, undoTo: 'r0' },
    { id: 'confirm', uses: 'approval', with: { tier: 2, title: 'The canary looks well' } },
    { id: 'after', uses: 'argocd/sync', resource: 'shop-after', with: { to: 'r1' } },
  ])
  const asked = { proposalId: proposal.id, incidentId: proposal.incidentId, origin: 'console' } as const
  await askQuestion(deps, { ...asked, person: ANA, text: 'Does cart need it?' })
  runId = (await approve(deps, proposal.planHash, `token ${CANARY} seen`))?.id ?? ''
  await look(replica, runId)
  const [step] = await deps.stores.stepApprovals.list(runId)
  await approve(deps, step?.hash ?? '', `again ${CANARY}`)
  while ((await find(replica, runId)).state !== 'succeeded') await look(replica, runId)
}

async function approve(deps: Deps, planHash: string, reason: string) {
  const { id: proposalId, incidentId } = proposal
  const press = { proposalId, incidentId, personId: BEN.id, decision: 'approve', planHash, reason } as const
  return (await recordDecision(deps, { ...press, origin: 'slack' })).run
}

async function as(who: 'service' | 'owner', ...statements: readonly string[]): Promise<void> {
  const client = new Client({ connectionString: who === 'owner' ? world.database.ownerUrl : world.database.url })
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}

const run = (...words: readonly string[]) =>
  runHere(words, {
    ...{ DATABASE_URL: world.database.url, COUNTERSIGN_DATA: at('data') },
    ...{ COUNTERSIGN_CONFIG: at('countersign.yaml'), COUNTERSIGN_AUDIT_KEY: at('keys/audit.key') },
    COUNTERSIGN_API_TOKEN: CANARY,
  })

async function pack(name: string) {
  const { incidentId } = proposal
  const made = await run('audit', 'export', '--incident', incidentId, '--zip', '--out', at(`${name}.zip`))
  expect(made.exitCode).toBe(0)
  const files = unzipSync(await readFile(at(`${name}.zip`)))
  for (const [path, bytes] of Object.entries(files)) {
    await mkdir(dirname(join(at(name), path)), { recursive: true })
    await writeFile(join(at(name), path), bytes)
  }
  const texts = Object.fromEntries(Object.entries(files).map(([path, bytes]) => [path, strFromU8(bytes)]))
  const ran = spawnSync(process.execPath, ['verifier.ts', '--pack', '.', '--key', 'audit.pub'], {
    ...{ cwd: at(name), encoding: 'utf8', env: {} },
  })
  return { texts, code: ran.status, said: ran.stdout, complained: made.complained }
}

interface Line {
  readonly seq: number
  readonly proof: { readonly size: number; readonly path: readonly string[] }
  readonly entry: Readonly<Record<string, unknown>>
}
const linesOf = (text = ''): readonly Line[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)

/** Each part made again without some entries, and all of it signed with the key. */
async function withoutEntries(texts: Readonly<Record<string, string>>, isDropped: (entry: Line['entry']) => boolean) {
  const kept = linesOf(texts['entries.jsonl']).filter(({ entry }) => !isDropped(entry))
  const parts: Record<string, string> = {
    ...texts,
    'entries.jsonl': (texts['entries.jsonl'] ?? '')
      .split('\n')
      .filter((line) => line === '' || !isDropped((JSON.parse(line) as Line).entry))
      .join('\n'),
    'approvals.json': printPackFile(approvalsIn(kept)),
    'outcomes.json': printPackFile(outcomesIn(kept)),
  }
  delete parts['manifest.json']
  const files = Object.fromEntries(Object.entries(parts).map(([name, text]) => [name, sha256Hex(text)]))
  const manifest = { incident: proposal.incidentId, files }
  const key = createPrivateKey(await readFile(at('keys/audit.key')))
  const signature = sign(null, Buffer.from(canonicalJson(manifest)), key).toString('base64')
  parts['manifest.json'] = printPackFile({ ...manifest, signature })
  await rm(at('lessened'), { recursive: true, force: true })
  for (const [path, text] of Object.entries(parts)) {
    await mkdir(dirname(join(at('lessened'), path)), { recursive: true })
    await writeFile(join(at('lessened'), path), text)
  }
  const source = await readFile(new URL('../../../src/audit/verifier.ts', import.meta.url), 'utf8')
  const guard = '  checkStory(entries, approvals)\n'
  expect(source.split(guard)).toHaveLength(2)
  await writeFile(at('careless-verifier.ts'), source.replace(guard, ''))
  const verify = (program: string) =>
    spawnSync(process.execPath, [program, '--pack', '.', '--key', 'audit.pub'], {
      ...{ cwd: at('lessened'), encoding: 'utf8', env: {} },
    })
  const { status, stdout } = verify('verifier.ts')
  return { code: status, said: stdout, careless: verify(at('careless-verifier.ts')).status }
}

const isOf = (event: string, stepId?: string) => (entry: Line['entry']) =>
  entry['event'] === event && entry['stepId'] === stepId

describe('the evidence pack of a run', () => {
  it.each([
    [
      'an approval of the plan',
      isOf('decision.recorded'),
      /names an approval by \S*ben@bank\.example\S*, which is not in/,
    ],
    ['an approval of a step', isOf('decision.recorded', 'confirm'), /names an approval by/],
    ['an intent', isOf('step.intended', 'move'), /tells of what was sent, whose intent is not in the pack/],
    ['an outcome', isOf('step.succeeded', 'move'), /tells of what was sent, whose outcome is not in the pack/],
  ])('without the entry of %s does not verify, though all of it was signed', async (_what, isDropped, says) => {
    const { texts } = await pack('whole')

    const { code, said, careless } = await withoutEntries(texts, isDropped)

    expect({ code, said }).toEqual({ code: 1, said: expect.stringMatching(says) })
    // The twin: a verifier that reads no story.
    expect(careless).toBe(0)
  })

  it('holds entries with proofs, checkpoints, plan, approvals, questions, outcomes and a page, and verifies alone', async () => {
    const { texts, code, said, complained } = await pack('whole')

    expect({ code, complained }).toEqual({ code: 0, complained: '' })
    expect(said).toMatch(/^OK: \d+ entries, \d+ checkpoints, covered up to entry \d+, 0 not yet covered\.\n/)
    const lines = linesOf(texts['entries.jsonl'])
    for (const { proof } of lines) expect(proof.path.length).toBeGreaterThan(0)
    expect(lines.map(({ entry }) => entry['event'])).toEqual(
      expect.arrayContaining([
        'proposal.made',
        'question.asked',
        'decision.recorded',
        'step.intended',
        'run.succeeded',
      ]),
    )
    expect(texts['checkpoints.jsonl']).toContain('"signature"')
    expect(JSON.parse(texts[`plans/${proposal.id}.json`] ?? '')).toMatchObject({ planHash: proposal.planHash })
    expect(JSON.parse(texts['approvals.json'] ?? '')).toMatchObject([
      {
        ...{ id: proposal.id, planHash: proposal.planHash },
        decisions: [
          { person: BEN.id, decision: 'approve', step: null, planHash: proposal.planHash, roles: BEN.roles },
          { person: BEN.id, decision: 'approve', step: 'confirm', roles: BEN.roles },
        ],
        questions: [{ person: ANA.id, text: 'Does cart need it?' }],
      },
    ])
    const outcomes = JSON.parse(texts['outcomes.json'] ?? '') as readonly Line[]
    const steps = outcomes
      .filter(({ entry }) => entry['event'] === 'step.succeeded')
      .map(({ entry }) => entry['stepId'])
    expect(steps).toEqual(expect.arrayContaining(['move', 'after']))
    for (const text of [
      BEN.name,
      proposal.planHash,
      'Does cart need it?',
      'approve of step confirm',
      'step.succeeded',
    ]) {
      expect(texts['evidence.html']).toContain(text)
    }
  })

  it('shows no secret that the tables hold (T43), which they do (the twin)', async () => {
    const { texts } = await pack('secret')

    for (const [name, text] of Object.entries(texts)) {
      expect({ name, leaks: text.includes(CANARY) }).toMatchObject({ leaks: false })
    }
    expect(texts['evidence.html']).toContain('[redacted]')
    await as('owner', `DO $$ BEGIN ASSERT (SELECT count(*) FROM decisions WHERE reason LIKE '%${CANARY}%') = 1; END $$`)
    await as('owner', `DO $$ BEGIN ASSERT (SELECT count(*) FROM incidents WHERE title LIKE '%${CANARY}%') = 1; END $$`)
  })

  it('tells who approved by the log, whatever the service’s own login writes into the table', async () => {
    await as('service', `UPDATE decisions SET person_id = 'mallory@bank.example', person_name = 'Mallory'`)

    const { texts, code } = await pack('renamed')

    expect(code).toBe(0)
    expect(Object.values(texts).join('\n')).not.toContain('allory')
    expect(texts['approvals.json']).toContain(BEN.id)
  })

  it('is without no entry that a superuser gave to another incident in the column beside its bytes', async () => {
    const before = linesOf((await pack('before')).texts['entries.jsonl']).map(({ seq }) => seq)
    await as(
      'owner',
      'SET session_replication_role = replica',
      `UPDATE audit_leaves SET incident_id = 'INC-77' WHERE event = 'step.sent'`,
    )

    const after = await pack('after')

    expect(after.code).toBe(0)
    expect(linesOf(after.texts['entries.jsonl']).map(({ seq }) => seq)).toEqual(before)
    // The twin: by the column alone they would be gone.
    await as(
      'owner',
      `DO $$ BEGIN ASSERT (SELECT count(*) FROM audit_leaves WHERE incident_id = '${proposal.incidentId}')
      < ${String(before.length)}; END $$`,
    )
  })

  it('says so, and does not verify, where the plan in the database is another one', async () => {
    await as('service', `UPDATE proposals SET plan_hash = repeat('0', 64) WHERE id = '${proposal.id}'`)

    const { code, said, complained } = await pack('changed')

    expect(code).toBe(1)
    expect(said).toContain(`FAILED: plans/${proposal.id}.json is not the plan that the entries tell of`)
    expect(complained).toContain(`${proposal.id} in the database is not the plan that the log tells of`)
  })
})
