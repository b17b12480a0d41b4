import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { execFile } from 'node:child_process'
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { auditExportCommand } from '../../../src/cli/audit-export.ts'
import { auditKeygenCommand } from '../../../src/cli/audit-keygen.ts'
import { auditVerifyCommand } from '../../../src/cli/audit-verify.ts'
import { runCommand } from '../../../src/cli/run-command.ts'
import { openAuditWorld } from './audit-world.ts'
import type { AuditWorld } from './audit-world.ts'

let world: AuditWorld
let folder: string
const at = (name: string): string => join(folder, name)

beforeAll(async () => {
  world = await openAuditWorld()
  await world.append(5, 'INC-1')
  await world.append(5, 'INC-2')
  folder = await mkdtemp(join(tmpdir(), 'countersign-cli-'))
  await writeFile(at('countersign.yaml'), 'mode: observe\n')
  await writeFile(at('people.yaml'), 'people: []\n')
  for (const name of ['catalog', 'playbooks', 'policies']) await mkdir(at(name))
})
afterAll(async () => {
  await world.close()
  await rm(folder, { recursive: true, force: true })
})

/** The key that the service signs with now. */
let signingKey = 'keys/audit.key'

async function run(...args: readonly string[]): Promise<{ code: number; printed: string; errors: string }> {
  const [printed, errors]: [string[], string[]] = [[], []]
  const code = await runCommand([auditExportCommand, auditKeygenCommand, auditVerifyCommand], args, {
    variables: {
      COUNTERSIGN_CONFIG: at('countersign.yaml'),
      COUNTERSIGN_DATA: at('data'),
      DATABASE_URL: world.test.url,
      COUNTERSIGN_AUDIT_KEY: at(signingKey),
    },
    print: (line) => void printed.push(line),
    printError: (line) => void errors.push(line),
    signal: new AbortController().signal,
  })
  return { code, printed: printed.join('\n'), errors: errors.join('\n') }
}
const verify = (file: string, ...more: string[]) =>
  run(
    'audit',
    'verify',
    at(file),
    '--checkpoints',
    at(file.replace('.jsonl', '.checkpoints.jsonl')),
    '--key',
    at('keys/audit.pub'),
    ...more,
  )

describe('audit on the command line', () => {
  it('makes a key that only its owner reads, and never over one that is there', async () => {
    expect((await run('audit', 'keygen', '--out', at('keys'))).code).toBe(0)
    expect((await stat(at('keys/audit.key'))).mode & 0o777).toBe(0o600)
    const key = await readFile(at('keys/audit.key'), 'utf8')

    expect((await run('audit', 'keygen', '--out', at('keys'))).code).toBe(1)
    expect(await readFile(at('keys/audit.key'), 'utf8')).toBe(key)
  })

  it('exports the log with its checkpoints, and verifies it', async () => {
    const exported = await run('audit', 'export', '--out', at('log.jsonl'))

    expect(exported).toMatchObject({ code: 0, errors: '' })
    expect(exported.printed).toMatch(
      /^Wrote 11 entries to .*log\.jsonl and 1 checkpoints to .*log\.checkpoints\.jsonl\.$/,
    )
    expect(await verify('log.jsonl')).toEqual({
      code: 0,
      printed: 'OK: 11 entries, 1 checkpoints, covered up to entry 11, 0 not yet covered.',
      errors: '',
    })
  })

  it('exports one incident with proofs', async () => {
    await run('audit', 'export', '--out', at('one.jsonl'), '--incident', 'inc-2', '--json')

    expect(await verify('one.jsonl', '--json')).toMatchObject({ code: 0 })
    expect(JSON.parse((await verify('one.jsonl', '--json')).printed)).toMatchObject({ isSubset: true, entries: 5 })
  })

  it('says so when there is no such incident', async () => {
    const { code, errors } = await run('audit', 'export', '--out', at('none.jsonl'), '--incident', 'INC-99')

    expect(code).toBe(1)
    expect(errors).toContain('INC-99')
    await expect(stat(at('none.jsonl'))).rejects.toThrow()
  })

  it('is verified by the one file alone, in an empty folder', async () => {
    const source = fileURLToPath(new URL('../../../src/audit/verifier.ts', import.meta.url))
    await copyFile(source, at('verifier.ts'))
    const elsewhere = async (file: string): Promise<{ code: number; stdout: string }> => {
      const args = [
        at('verifier.ts'),
        at(file),
        '--checkpoints',
        at('log.checkpoints.jsonl'),
        '--key',
        at('keys/audit.pub'),
      ]
      const options = { cwd: folder, env: { PATH: process.env['PATH'] ?? '' } }
      return promisify(execFile)(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], options).then(
        ({ stdout }) => ({ code: 0, stdout }),
        (error: unknown) => error as { code: number; stdout: string },
      )
    }

    expect(await elsewhere('log.jsonl')).toMatchObject({ code: 0 })
    const lines = (await readFile(at('log.jsonl'), 'utf8')).trimEnd().split('\n')
    await writeFile(at('cut.jsonl'), `${lines.slice(0, 9).join('\n')}\n`)
    expect(await elsewhere('cut.jsonl')).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^FAILED: entry 10 is missing/) as unknown,
    })
  })

  it('exits 1 for a file that does not parse, of log and checkpoints alike', async () => {
    await writeFile(at('broken.jsonl'), 'nonsense\n')
    await copyFile(at('log.checkpoints.jsonl'), at('broken.checkpoints.jsonl'))
    expect(await verify('broken.jsonl')).toMatchObject({
      code: 1,
      printed: expect.stringContaining('line 1 does not parse') as unknown,
    })

    await writeFile(at('broken.jsonl'), Buffer.from([0xff, 0xfe, 0x0a]))
    expect((await verify('broken.jsonl')).code).toBe(1)

    await copyFile(at('log.jsonl'), at('broken.jsonl'))
    await writeFile(at('broken.checkpoints.jsonl'), '{}\n')
    expect((await verify('broken.jsonl')).code).toBe(1)
  })

  it.each([
    [['audit', 'verify']],
    [['audit', 'verify', 'log.jsonl']],
    [['audit', 'verify', '/nowhere.jsonl', '--checkpoints', '/nowhere', '--key', '/nowhere']],
    [['audit', 'export']],
    [['audit', 'export', '--out', 'x', '--from', 'zero']],
    [['audit', 'export', '--out', 'x', '--from', '5', '--to', '4']],
    [['audit', 'export', '--out', 'x', '--unknown']],
    [['audit', 'keygen']],
  ])('exits 2 for %j', async (args) => {
    expect((await run(...args)).code).toBe(2)
  })

  it('does not verify with another key', async () => {
    await run('audit', 'keygen', '--out', at('other'))
    const args = [at('log.jsonl'), '--checkpoints', at('log.checkpoints.jsonl'), '--key', at('other/audit.pub')]

    expect(await run('audit', 'verify', ...args)).toMatchObject({
      code: 1,
      printed: expect.stringContaining('not by the key given') as unknown,
    })
  })

  it('verifies with every key that it was signed with, and not without one of them (the twin)', async () => {
    await run('audit', 'keygen', '--out', at('next'))
    signingKey = 'next/audit.key'
    try {
      await run('audit', 'export', '--out', at('rotated.jsonl'))
    } finally {
      signingKey = 'keys/audit.key'
    }

    expect(await verify('rotated.jsonl')).toMatchObject({ code: 1 })
    expect(await verify('rotated.jsonl', '--key', at('next/audit.pub'))).toMatchObject({ code: 0 })
  })

  it('exports what is left, with a warning, after a superuser cut the tail, and the verification fails', async () => {
    const owner = new Client({ connectionString: world.test.ownerUrl })
    await owner.connect()
    await owner.query(`SET session_replication_role = replica;
      DELETE FROM audit_leaves WHERE id IN (SELECT leaf_id FROM audit_entries WHERE seq > 6);
      DELETE FROM audit_entries WHERE seq > 6;
      UPDATE audit_sequencer SET size = 6, last_hash = (SELECT hash FROM audit_entries WHERE seq = 6), frontier = '[]'`)
    await owner.end()

    const exported = await run('audit', 'export', '--out', at('cut.jsonl'))

    expect(exported.errors).toContain('covers more than the database holds')
    expect(await verify('cut.jsonl', '--key', at('next/audit.pub'))).toMatchObject({
      code: 1,
      printed: expect.stringMatching(/^FAILED: entry \d+ /) as unknown,
    })
  })

  it('does not need to read the key to export, and says that no checkpoint was made', async () => {
    await chmod(at('keys/audit.key'), 0o600)
    await rm(at('keys/audit.key'))

    expect((await run('audit', 'export', '--out', at('later.jsonl'))).code).toBe(1)
  })
})
