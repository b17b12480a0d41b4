import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { chain, printRows } from '../../unit/audit/build-log.ts'
import { checkpointAudit } from '../../../src/orchestrator/checkpoint-audit.ts'
import { sequenceAllAudit } from '../../../src/orchestrator/sequence-audit.ts'
import type { JsonObject } from '../../../src/kernel/json.ts'
import { openAuditWorld, readExport } from './audit-world.ts'
import type { AuditWorld } from './audit-world.ts'

let world: AuditWorld
beforeEach(async () => {
  world = await openAuditWorld()
  for (const count of [4, 7, 9]) {
    await world.append(count, `INC-${count}`)
    await sequenceAllAudit(world.deps.sequencer, 60_000)
    await checkpointAudit(world.deps)
  }
})
afterEach(() => world.close())

/** Sets the log back to `size` entries as if the rest had never been, with everything the database knows of it. */
const cutTo = (size: number): readonly string[] => [
  `CREATE TEMP TABLE gone AS SELECT leaf_id FROM audit_entries WHERE seq > ${size}`,
  `DELETE FROM audit_entries WHERE seq > ${size}`,
  'DELETE FROM audit_leaves WHERE id IN (SELECT leaf_id FROM gone)',
]

describe('an untouched log', () => {
  it('is exported with its own export as the last entry, and verifies', async () => {
    const result = await world.exportAll()

    expect(result).toMatchObject({ entries: 21, warning: null })
    expect(result.checkpointLines).toHaveLength(4)
    expect(world.verify()).toEqual({
      code: 0,
      text: 'OK: 21 entries, 4 checkpoints, covered up to entry 21, 0 not yet covered.\n',
    })
  })

  it('is exported for one incident with a proof for each entry', async () => {
    const result = await world.exportAll({ incidentId: 'INC-7' })

    expect(result.entries).toBe(7)
    expect(world.verify()).toMatchObject({ code: 0 })
    expect(world.verify().text).toContain('This is a subset: proves presence, not completeness.')
  })

  it('is exported for a range', async () => {
    expect((await world.exportAll({ from: 3, to: 12 })).entries).toBe(10)
    expect(world.verify().code).toBe(0)
  })
})

describe('a superuser who', () => {
  it('cuts the last entries together with everything in the database is found out, and nothing is signed any more', async () => {
    const before = await world.deps.sequencer.readHead()
    expect(before.size).toBe(20)
    const { rows } = await world.pool.query<{ hash: string }>('SELECT hash FROM audit_entries WHERE seq = 15')
    await world.tamper(
      ...cutTo(15),
      `UPDATE audit_sequencer SET size = 15, last_hash = '${rows[0]!.hash}', last_leaf_id = 15, frontier = '[]'`,
    )

    const result = await world.exportAll()

    expect(result.warning).toContain('covers more than the database holds')
    expect(world.verify()).toMatchObject({ code: 1 })
    expect(world.verify().text).toMatch(/^FAILED: entry 17 is missing: the checkpoint .* covers 20 entries/)
    expect(await checkpointAudit(world.deps)).toMatchObject({ state: 'refused' })
  })

  it('restores an old backup that then goes on is found out', async () => {
    const { rows } = await world.pool.query<{ hash: string }>('SELECT hash FROM audit_entries WHERE seq = 11')
    await world.tamper(
      ...cutTo(11),
      `UPDATE audit_sequencer SET size = 11, last_hash = '${rows[0]!.hash}', frontier = '[]'`,
    )
    await world.append(30)
    await sequenceAllAudit(world.deps.sequencer, 60_000)

    const result = await world.exportAll()

    expect(result.warning).toContain('does not fit entry 20')
    expect(world.verify().code).toBe(1)
  })

  it.each([
    [
      "UPDATE audit_leaves SET bytes = convert_to('{}', 'UTF8') WHERE id = 6",
      /^FAILED: entry 6 does not fit its leaf hash/,
    ],
    ['DELETE FROM audit_leaves WHERE id = 6', /^FAILED: entry 6 is without its content/],
    ['UPDATE audit_entries SET seq = seq + 100 WHERE seq = 6', /^FAILED: entry 6 is missing/],
    ['UPDATE audit_entries SET hash = prev_hash WHERE seq = 6', /^FAILED: entry 6 has a link/],
    ['UPDATE audit_entries SET hash = prev_hash WHERE seq = 20', /^FAILED: entry 20 has a link/],
  ])('runs %s is found out, with the place, and the log goes on', async (statement, words) => {
    await world.tamper('ALTER TABLE audit_leaves DROP CONSTRAINT audit_leaves_hash', statement)

    await world.append(1)
    await sequenceAllAudit(world.deps.sequencer, 60_000)
    await world.exportAll()

    expect(world.verify()).toMatchObject({ code: 1, text: expect.stringMatching(words) as unknown })
  })

  it('writes the whole log anew, hashes and all, is found out by the first checkpoint', async () => {
    await world.exportAll()
    const rows = (await readExport(world)).trim().split('\n')
    const entries = rows.map((row) => (JSON.parse(row) as { entry: JsonObject }).entry)
    const forged = chain(entries.map((entry, index) => (index === 5 ? { ...entry, outcome: 'refused' } : entry)))
    await writeFile(join(world.folder, 'log.jsonl'), `${printRows(forged).join('\n')}\n`)

    expect(world.verify()).toMatchObject({
      code: 1,
      text: expect.stringMatching(/^FAILED: entries 5 to 11 /) as unknown,
    })
  })
})

describe('checkpoints on disk', () => {
  const file = (): string => join(world.folder, 'checkpoints', 'checkpoints.jsonl')

  it('lose a line that a crash tore, and nothing else', async () => {
    const whole = await readFile(file(), 'utf8')
    await appendFile(file(), '{"at":"2026-')

    expect((await world.deps.checkpoints.findLast())?.size).toBe(20)
    await world.append(1)
    await world.exportAll()

    expect((await readFile(file(), 'utf8')).startsWith(whole)).toBe(true)
    expect(world.verify().code).toBe(0)
  })

  it('that somebody damaged are not signed over', async () => {
    await appendFile(file(), '{"size":"many"}\n')

    await expect(checkpointAudit(world.deps)).rejects.toMatchObject({ code: 'checkpoints_unreadable' })
  })

  it('of another log are not signed over', async () => {
    await world.tamper("UPDATE audit_sequencer SET origin = 'countersign/another'")

    expect(await checkpointAudit(world.deps)).toMatchObject({
      state: 'refused',
      reason: expect.stringContaining('another audit log') as unknown,
    })
  })
})
