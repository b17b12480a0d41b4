import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { createPublicKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { drizzle } from 'drizzle-orm/node-postgres'
import { Client } from 'pg'
import { verifyLog } from '../../../src/audit/verifier.ts'
import type { Verdict } from '../../../src/audit/verifier.ts'
import { COUNTERSIGN } from '../../../src/domain/actor.ts'
import { checkpointAudit } from '../../../src/orchestrator/checkpoint-audit.ts'
import { exportAudit } from '../../../src/orchestrator/export-audit.ts'
import { sequenceAllAudit } from '../../../src/orchestrator/sequence-audit.ts'
import { createAuditLeafStore } from '../../../src/store/audit-leaf-store.ts'
import { createAuditLog } from '../../../src/store/audit-log-store.ts'
import { createAuditSequencer } from '../../../src/store/audit-sequencer.ts'
import { createRandom } from '../../support/random.ts'
import { openAuditWorld } from './audit-world.ts'
import type { AuditWorld } from './audit-world.ts'
import { makeTamper, readTrueLog, TAMPER_KINDS } from './tampers.ts'
import type { Tamper, TrueLog } from './tampers.ts'

/** TRUST T38 asks for 1,000: `COUNTERSIGN_TAMPERS=1000`. Each kind in turn, so that fewer still have them all. */
const TAMPERS = Number(process.env['COUNTERSIGN_TAMPERS'] ?? TAMPER_KINDS.length * 4)
const SEED = 38

let world: AuditWorld
let owner: Client
let log: TrueLog
let key: KeyObject
beforeAll(async () => {
  world = await openAuditWorld()
  key = createPublicKey(await readFile(join(world.folder, 'audit.pub'), 'utf8'))
  const checkpoints: number[] = []
  const random = createRandom(SEED)
  for (let size = 0; size < 150;) {
    const more = 1 + Math.floor(random() * 30)
    await append(more)
    checkpoints.push((size += more))
    await checkpointAudit(world.deps)
  }
  await append(12)
  owner = new Client({ connectionString: world.test.ownerUrl })
  await owner.connect()
  log = await readTrueLog(owner, checkpoints)
})
afterAll(async () => {
  await owner.end()
  await world.close()
})

async function append(count: number): Promise<void> {
  await world.append(count)
  await sequenceAllAudit(world.deps.sequencer, 60_000)
}

/**
 * What an export writes while the superuser's transaction stands, which is then rolled back. Its own entry gets no number
 * in there, and nothing is signed any more: the checkpoints are those from before.
 */
async function exportAfter(tamper: (client: Client) => Promise<void>, logOf = createAuditLog) {
  const db = drizzle(owner)
  await owner.query('BEGIN')
  try {
    await owner.query('SET LOCAL session_replication_role = replica')
    await owner.query('ALTER TABLE audit_leaves DROP CONSTRAINT audit_leaves_hash')
    await tamper(owner)
    const lines: string[] = []
    const { checkpointLines, warning } = await exportAudit(
      {
        ...world.deps,
        sequencer: {
          ...createAuditSequencer(world.pool, db),
          advance: () => Promise.resolve(0),
          readLag: () => Promise.resolve({ waiting: 0, oldestSeconds: 0 }),
        },
        auditLog: logOf(db),
        audit: createAuditLeafStore(db),
        sign: null,
      },
      {},
      { event: 'audit.exported', actor: COUNTERSIGN, origin: 'cli', outcome: 'success' },
      async (line) => void lines.push(line),
    )
    return { lines, checkpointLines, warning }
  } finally {
    await owner.query('ROLLBACK')
  }
}

type Exported = Awaited<ReturnType<typeof exportAfter>>
const judge = ({ lines, checkpointLines }: Exported): Verdict => verifyLog(lines, checkpointLines, [key])

/** One entry that shows it, or the stretch between two checkpoints that holds the first one touched; else what is wrong. */
function misplaced({ from, to }: Tamper, { problem }: Verdict): string | null {
  const [, one, first, last] = /^(?:entry (\d+)|entries (\d+) to (\d+))$/.exec(problem?.place ?? '') ?? []
  if (one !== undefined) return Number(one) >= from && Number(one) <= to ? null : `named entry ${one}`
  if (first === undefined) return problem === null ? 'not found' : `named ${problem.place}: ${problem.text}`
  const end = log.checkpoints.find((size) => size >= from)
  const start = (log.checkpoints.findLast((size) => size < from) ?? 0) + 1
  return Number(first) === start && Number(last) === end ? null : `named entries ${first} to ${String(last)}`
}

/** What is not hashed is no matter of the verifier: whoever exports is told, and what is exported is the true log. */
function missedBeside({ from }: Tamper, { warning, ...exported }: Exported): string | null {
  if (!judge({ ...exported, warning }).isWhole) return 'the log does not verify'
  return new RegExp(`beside 1 entries say .* beside entry ${from}:`).test(warning ?? '') ? null : `said ${warning}`
}

const isRechained = ({ kind }: Tamper): boolean => kind.startsWith('chained anew')

/** Every tamper of the seed, one after the other on the same true log. */
async function* tamperAll(
  wanted: (tamper: Tamper) => boolean = () => true,
): AsyncGenerator<[Tamper, Exported, string]> {
  const random = createRandom(SEED)
  for (let index = 0; index < TAMPERS; index += 1) {
    const tamper = makeTamper(index, random, log)
    if (!wanted(tamper)) continue
    const { kind, from, to } = tamper
    yield [tamper, await exportAfter((client) => tamper.apply(client)), `#${index} ${kind}, ${from} to ${to}`]
  }
}

describe('T38: a superuser, at random', () => {
  it('who does nothing leaves a log that verifies', async () => {
    const verdict = judge(await exportAfter(() => Promise.resolve()))

    expect(verdict).toMatchObject({ isWhole: true, entries: log.rows.length, coveredTo: log.checkpoints.at(-1) })
    expect(verdict.uncovered).toBe(12)
  })

  it('is found out every time, at the place, up to the last checkpoint', async () => {
    const [missed, kinds] = [[] as string[], new Set<string>()]
    for await (const [tamper, exported, name] of tamperAll()) {
      kinds.add(tamper.kind)
      const wrong = tamper.isBeside === true ? missedBeside(tamper, exported) : misplaced(tamper, judge(exported))
      if (wrong !== null) missed.push(`seed ${SEED} ${name}: ${wrong}`)
    }

    expect(missed).toEqual([])
    expect([...kinds].toSorted()).toEqual(TAMPER_KINDS.toSorted())
    // What was rolled back left nothing behind: the log is the true one still.
    expect(judge(await exportAfter(() => Promise.resolve()))).toMatchObject({ isWhole: true })
  }, 600_000)

  it('who changes a column beside the bytes is told of by nobody who does not compare them (twin)', async () => {
    const tamper = makeTamper(TAMPER_KINDS.indexOf('a column beside the bytes changed'), createRandom(SEED), log)
    const careless: typeof createAuditLog = (db) => ({
      ...createAuditLog(db),
      list: async (range) => (await createAuditLog(db).list(range)).map((entry) => ({ ...entry, columns: null })),
    })

    const exported = await exportAfter((client) => tamper.apply(client), careless)

    expect(tamper.isBeside).toBe(true)
    expect(judge(exported).isWhole).toBe(true)
    expect(exported.warning).not.toContain('columns')
  })

  it('who chains the log anew is not found out by a verifier that compares no root (twin)', async () => {
    const source = await readFile(new URL('../../../src/audit/verifier.ts', import.meta.url), 'utf8')
    const guard = 'return checkpoint.root === this.root() && checkpoint.chain === this.#link'
    expect(source.split(guard)).toHaveLength(2)
    await writeFile(join(world.folder, 'verifier.ts'), source.replace(guard, 'return true'))
    const verdicts: (number | null)[] = []
    for await (const [, { lines, checkpointLines }] of tamperAll(isRechained)) {
      await writeFile(join(world.folder, 'log.jsonl'), lines.map((line) => `${line}\n`).join(''))
      await writeFile(join(world.folder, 'sealed.jsonl'), checkpointLines.map((line) => `${line}\n`).join(''))
      const files = ['verifier.ts', 'log.jsonl', '--checkpoints', 'sealed.jsonl', '--key', 'audit.pub']
      verdicts.push(spawnSync(process.execPath, files, { cwd: world.folder }).status)
      if (verdicts.length === 4) break
    }

    expect(verdicts).toEqual([0, 0, 0, 0])
  })

  it('may take away unseen what no checkpoint covers yet, which is the limit that docs/audit.md names', async () => {
    const last = log.checkpoints.at(-1) ?? 0
    const cut = (size: number) => async (client: Client) => {
      await client.query('DELETE FROM audit_entries WHERE seq > $1', [size])
    }

    expect(judge(await exportAfter(cut(last)))).toMatchObject({ isWhole: true, entries: last })
    expect(judge(await exportAfter(cut(last - 1)))).toMatchObject({ problem: { place: `entry ${last}` } })
  })
})
