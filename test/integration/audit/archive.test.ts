import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { auditExportCommand } from '../../../src/cli/audit-export.ts'
import { auditKeygenCommand } from '../../../src/cli/audit-keygen.ts'
import { auditVerifyCommand } from '../../../src/cli/audit-verify.ts'
import { runCommand } from '../../../src/cli/run-command.ts'
import { sequenceAllAudit } from '../../../src/orchestrator/sequence-audit.ts'
import { openAuditWorld } from './audit-world.ts'
import type { AuditWorld } from './audit-world.ts'

let world: AuditWorld
let folder: string
const at = (name: string): string => join(folder, name)

/** The month `months` ago, as `YYYY-MM`. */
function monthAgo(months: number): string {
  const now = new Date()
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - months, 1)).toISOString().slice(0, 7)
}

/** A log whose first six entries were written fourteen months ago, in a month of their own, and the rest now. */
beforeEach(async () => {
  world = await openAuditWorld()
  folder = await mkdtemp(join(tmpdir(), 'countersign-archive-test-'))
  await writeFile(at('countersign.yaml'), 'mode: observe\n')
  await writeFile(at('people.yaml'), 'people: []\n')
  for (const name of ['catalog', 'playbooks', 'policies']) await mkdir(at(name))
  await run('audit', 'keygen', '--out', at('keys'))
  await world.append(6, 'INC-OLD')
  await sequenceAllAudit(world.deps.sequencer, 60_000)
  const [old, end] = [monthAgo(14), monthAgo(13)]
  await world.tamper(
    `DO $$ DECLARE month text := (SELECT inhrelid::regclass::text FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
         WHERE inhparent = 'audit_leaves'::regclass AND pg_get_expr(c.relpartbound, c.oid) LIKE '%MINVALUE%');
       BEGIN EXECUTE format('ALTER TABLE audit_leaves DETACH PARTITION %I', month);
       EXECUTE format('UPDATE %I SET at = %L', month, '${old}-05 12:00:00+00');
       UPDATE audit_entries SET leaf_at = '${old}-05 12:00:00+00';
       EXECUTE format('ALTER TABLE %I RENAME TO audit_leaves_old', month);
       ALTER TABLE audit_leaves ATTACH PARTITION audit_leaves_old FOR VALUES FROM (MINVALUE) TO ('${end}-01 00:00:00+00'); END $$`,
    'SELECT audit_make_months()',
  )
  await world.append(4, 'INC-NEW')
})
afterEach(async () => {
  await world.close()
  await rm(folder, { recursive: true, force: true })
})

async function runAs(
  admin: boolean,
  args: readonly string[],
): Promise<{ code: number; printed: string; errors: string }> {
  const [printed, errors]: [string[], string[]] = [[], []]
  const code = await runCommand([auditExportCommand, auditKeygenCommand, auditVerifyCommand], args, {
    variables: {
      COUNTERSIGN_CONFIG: at('countersign.yaml'),
      COUNTERSIGN_DATA: at('data'),
      DATABASE_URL: world.test.url,
      ...(admin ? { DATABASE_ADMIN_URL: world.test.ownerUrl } : {}),
      COUNTERSIGN_AUDIT_KEY: at('keys/audit.key'),
    },
    print: (line) => void printed.push(line),
    printError: (line) => void errors.push(line),
    signal: new AbortController().signal,
  })
  return { code, printed: printed.join('\n'), errors: errors.join('\n') }
}
const run = (...args: readonly string[]) => runAs(true, args)
const archive = (...more: readonly string[]) =>
  run('audit', 'export', '--archive', '--before', monthAgo(12), '--out', at('old.jsonl'), ...more)
async function verifyAll(...more: readonly string[]) {
  await run('audit', 'export', '--out', at('log.jsonl'))
  const files = [at('log.jsonl'), '--checkpoints', at('log.checkpoints.jsonl'), '--key', at('keys/audit.pub')]
  return run('audit', 'verify', ...files, ...more)
}
const oldLeaves = async (): Promise<number> =>
  (await world.pool.query("SELECT FROM audit_leaves WHERE incident_id = 'INC-OLD'")).rows.length

describe('archiving old months', () => {
  it('writes them with their proofs and takes nothing out of the database', async () => {
    const { code, printed } = await archive()

    expect({ code, printed }).toMatchObject({ code: 0, printed: expect.stringMatching(/^Wrote 6 entries/) as unknown })
    expect(await oldLeaves()).toBe(6)
  })

  it('drops them with --drop, on record; the log still verifies in full, and says what is not here', async () => {
    const { code, printed, errors } = await archive('--drop', '--json')

    expect({ code, errors }).toEqual({ code: 0, errors: '' })
    expect(JSON.parse(printed)).toMatchObject({ entries: 6, dropped: { months: ['audit_leaves_old'], runs: [[1, 6]] } })
    expect(await oldLeaves()).toBe(0)
    const { rows } = await world.pool.query<{ entry: unknown }>(
      "SELECT convert_from(bytes, 'UTF8')::jsonb AS entry FROM audit_leaves WHERE event = 'audit.archived'",
    )
    expect(rows[0]?.entry).toMatchObject({
      phase: 'log_stop',
      details: { file: 'old.jsonl', entries: 6, runs: [[1, 6]] },
    })
    const verdict = await verifyAll()
    expect(verdict.code).toBe(0)
    expect(verdict.printed).toContain(
      '6 are archived: 0 verified from the archives given, of 6 the bytes are not here.',
    )
  })

  it('is verified together with its archive, and an archive that was changed is found', async () => {
    await archive('--drop')

    const verdict = await verifyAll('--archive', at('old.jsonl'))
    expect(verdict).toMatchObject({ code: 0 })
    expect(verdict.printed).toContain('6 are archived: 6 verified')

    const text = await readFile(at('old.jsonl'), 'utf8')
    await writeFile(at('changed.jsonl'), text.replace('INC-OLD', 'INC-ODD'))
    expect(await verifyAll('--archive', at('changed.jsonl'))).toMatchObject({ code: 1 })
  })

  it('covers what it names and nothing else: bytes taken out besides are found', async () => {
    await archive('--drop')
    await world.tamper(
      "DELETE FROM audit_leaves WHERE incident_id = 'INC-NEW' AND id = (SELECT min(id) FROM audit_leaves WHERE incident_id = 'INC-NEW')",
    )

    expect(await verifyAll()).toMatchObject({
      code: 1,
      printed: expect.stringMatching(/^FAILED: entry 7 is without its content, and no archive/) as unknown,
    })
  })

  it('is nothing that passes for an archive: months dropped by hand are found', async () => {
    await world.tamper('DROP TABLE audit_leaves_old')

    expect(await verifyAll()).toMatchObject({ code: 1 })
  })

  it('drops nothing without the owner’s login, nor what is too young, nor what the archive does not hold', async () => {
    const args = ['audit', 'export', '--archive', '--before', monthAgo(12), '--out', at('old.jsonl'), '--drop']
    expect(await runAs(false, args)).toMatchObject({
      code: 1,
      errors: expect.stringContaining('DATABASE_ADMIN_URL') as unknown,
    })
    const young = await run('audit', 'export', '--archive', '--before', monthAgo(11), '--out', at('y.jsonl'), '--drop')
    expect(young).toMatchObject({ code: 1, errors: expect.stringContaining('The last 12 months stay') as unknown })
    await world.tamper(`INSERT INTO audit_leaves (entry_id, event, bytes, leaf_hash, at, xid)
      VALUES ('late', 'x', 'x', encode(sha256('\\x00'::bytea || 'x'), 'hex'), '${monthAgo(14)}-06 00:00:00+00', '999999999999')`)
    expect(await archive('--drop')).toMatchObject({
      code: 1,
      errors: expect.stringContaining('is not in the archive') as unknown,
    })

    expect(await oldLeaves()).toBe(6)
  })

  it.each([
    ['--archive'],
    ['--archive', '--before', '2025'],
    ['--before', '2025-01'],
    ['--drop'],
    ['--archive', '--before', '2025-01', '--from', '1'],
  ])('exits 2 for %s %s %s', async (...more) => {
    expect((await run('audit', 'export', '--out', at('x.jsonl'), ...more)).code).toBe(2)
  })
})
