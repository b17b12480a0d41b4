import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { sequenceAllAudit } from '../../../src/orchestrator/sequence-audit.ts'
import { auditProtection } from '../../../src/store/audit-protection.ts'
import { openAuditWorld, readExport } from './audit-world.ts'
import type { AuditWorld } from './audit-world.ts'

/** T37: a leaf that never gets a number is in no export, and the verifier cannot miss it. */
let world: AuditWorld
beforeEach(async () => {
  world = await openAuditWorld()
  await world.append(4)
  await sequenceAllAudit(world.deps.sequencer, 60_000)
  await world.append(1, 'INC-9')
})
afterEach(() => world.close())

async function as(url: string, ...statements: readonly string[]): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}

const PASS_OVER = `UPDATE audit_sequencer SET (last_xid, last_leaf_id) = (SELECT xid, id FROM audit_leaves ORDER BY id DESC LIMIT 1)`
const NUMBER_FAR_AWAY = `
  INSERT INTO audit_entries (seq, leaf_id, leaf_at, leaf_hash, prev_hash, hash)
  SELECT 1000000, id, at, leaf_hash, repeat('0', 64), repeat('1', 64) FROM audit_leaves ORDER BY id DESC LIMIT 1`
const SWITCH_OFF = 'ALTER TABLE audit_sequencer DISABLE TRIGGER audit_sequencer_no_skip'

describe('the place of the sequencer', () => {
  it.each([
    PASS_OVER,
    `UPDATE audit_sequencer SET last_xid = '900000000000'`,
    'UPDATE audit_sequencer SET size = size + 1',
    'UPDATE audit_sequencer SET size = size - 1',
    'UPDATE audit_sequencer SET epoch = epoch - 1',
    `UPDATE audit_sequencer SET origin = 'countersign/another'`,
    `UPDATE audit_sequencer SET last_hash = repeat('0', 64)`,
  ])('is moved by nobody but with the numbers that it gave: %s', async (statement) => {
    await expect(as(world.test.url, statement)).rejects.toThrow('The sequencer')

    await sequenceAllAudit(world.deps.sequencer, 60_000)
    expect((await world.deps.sequencer.readHead()).size).toBe(5)
    expect(await auditProtection(world.db)).toMatchObject({ isProtected: true })
  })

  it('is not moved past a leaf whose number stands far out of line', async () => {
    await as(world.test.url, NUMBER_FAR_AWAY)

    await expect(as(world.test.url, PASS_OVER)).rejects.toThrow('The sequencer')
  })

  it('passes over that one as well where nothing keeps it (the twin)', async () => {
    await as(world.test.ownerUrl, SWITCH_OFF)
    await as(world.test.url, NUMBER_FAR_AWAY, PASS_OVER)

    expect((await world.exportAll()).warning).toContain('1 entries are in no export')
    expect(await readExport(world)).not.toContain('INC-9')
    expect(world.verify().code).toBe(0)
  })

  it('passes over a leaf for good where nothing keeps it, which verifies all the same (the twin)', async () => {
    await as(world.test.ownerUrl, SWITCH_OFF)
    await as(world.test.url, PASS_OVER)

    await world.exportAll()

    expect(await readExport(world)).not.toContain('INC-9')
    expect(world.verify().code).toBe(0)
    expect((await auditProtection(world.db)).gaps).toEqual([
      expect.stringContaining('keeps the sequencer in its place'),
    ])
  })

  it('that was moved by the owner is told by the export, and set back gives the leaf its number', async () => {
    await as(world.test.ownerUrl, SWITCH_OFF, PASS_OVER)

    expect((await world.exportAll()).warning).toContain('1 entries are in no export: the sequencer was moved past them')
    expect(await world.deps.auditLog.countSkipped(4)).toBe(1)

    await as(
      world.test.ownerUrl,
      `UPDATE audit_sequencer SET last_xid = '0', last_leaf_id = 0`,
      SWITCH_OFF.replace('DISABLE', 'ENABLE'),
    )
    expect((await world.exportAll()).warning).toBeNull()
    expect(await readExport(world)).toContain('INC-9')
    expect(world.verify().code).toBe(0)
  })
})
