import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { strFromU8, unzipSync } from 'fflate'
import { buildConversation } from '../../../src/app/build-conversation.ts'
import { openHouse } from '../../support/house.ts'
import { runHere } from '../operations/installation.ts'
import type { House } from '../../support/house.ts'

/** The pack as the command line makes it of a real incident, and as an auditor opens it elsewhere. */
let house: House
let folder: string
const at = (name: string): string => join(folder, name)

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-pack-'))
  house = await openHouse({ settings: `audit: { checkpoints: ${JSON.stringify(at('checkpoints'))} }` })
  const { deps } = await house.foundation()
  const { say } = buildConversation(deps)
  const type = async (user: string, text: string) => {
    const account = { surface: 'console', tenant: '', user, displayName: user } as const
    const reply = await say({ surface: 'console', account, channel: null, message: null, text })
    if (reply.kind === 'refused') throw new Error(reply.text)
    return reply
  }
  await type('ana@bank.example', 'declare SEV3 many errors on checkout')
  await type('ana@bank.example', 'run INC-1 tell-channel')
  await type('ben@bank.example', 'reject INC-1 the channel knows already')
  await type('ana@bank.example', 'declare SEV3 another one on payments')
})
afterAll(async () => {
  await house.close()
  rmSync(folder, { recursive: true, force: true })
})

const variables = () => ({
  ...{ DATABASE_URL: house.database.url, COUNTERSIGN_DATA: house.config.dataFolder },
  COUNTERSIGN_CONFIG: join(house.config.folder, 'countersign.yaml'),
  COUNTERSIGN_AUDIT_KEY: at('keys/audit.key'),
})
const run = (...words: readonly string[]) => runHere(words, variables())

function unpack(zip: string, into: string): readonly string[] {
  const files = unzipSync(readFileSync(at(zip)))
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(at(into), name)), { recursive: true })
    writeFileSync(join(at(into), name), bytes)
  }
  return Object.keys(files)
}

/** As README.txt of the pack says it; no network, no environment, no other file of ours. */
function verifyIn(place: string) {
  const ran = spawnSync(process.execPath, ['verifier.ts', '--pack', '.', '--key', 'audit.pub'], {
    ...{ cwd: at(place), encoding: 'utf8', env: {} },
  })
  return { code: ran.status, text: `${ran.stdout}${ran.stderr}` }
}

describe('audit export --zip', () => {
  it('is refused without an audit key, with what to do, and leaves no file', async () => {
    const words = ['audit', 'export', '--incident', 'INC-1', '--zip', '--out', at('no.zip')]
    const none = await runHere(words, { ...variables(), COUNTERSIGN_AUDIT_KEY: undefined })
    const missing = await run(...words)

    expect(none).toMatchObject({ exitCode: 1, printed: '' })
    expect(none.complained).toContain('Set COUNTERSIGN_AUDIT_KEY, or export lines without --zip.')
    expect(missing).toMatchObject({ exitCode: 1, printed: '' })
    expect(missing.complained).toContain('Make one with "countersign audit keygen --out DIR"')
    expect(existsSync(at('no.zip'))).toBe(false)
  })

  it('makes a pack that opens, holds plan and decision, and verifies by itself', async () => {
    expect((await run('audit', 'keygen', '--out', at('keys'))).exitCode).toBe(0)

    const made = await run('audit', 'export', '--incident', 'inc-1', '--zip', '--out', at('one.zip'))

    expect(made).toMatchObject({ exitCode: 0, complained: '' })
    expect(made.printed).toMatch(/^Wrote the evidence of INC-1 to .*one\.zip: \d+ entries\.$/)
    const names = unpack('one.zip', 'one')
    expect(names).toEqual(expect.arrayContaining(['README.txt', 'evidence.html', 'plans/PRO-1.json', 'verifier.ts']))
    expect(readFileSync(at('one/README.txt'), 'utf8')).toContain('node verifier.ts --pack . --key audit.pub')
    expect(JSON.parse(readFileSync(at('one/approvals.json'), 'utf8'))).toMatchObject([
      {
        id: 'PRO-1',
        decisions: [{ person: 'ben@bank.example', decision: 'reject', reason: 'Ben Cole: the channel knows already' }],
      },
    ])
    expect(readFileSync(at('one/entries.jsonl'), 'utf8')).not.toContain('another one')
    expect(verifyIn('one')).toMatchObject({ code: 0 })
  })

  it('whose decision was turned round does not verify, and names the file', () => {
    unpack('one.zip', 'turned')
    const approvals = readFileSync(at('turned/approvals.json'), 'utf8')
    writeFileSync(at('turned/approvals.json'), approvals.replace('"reject"', '"approve"'))

    const { code, text } = verifyIn('turned')

    expect(approvals).toContain('"reject"')
    expect(code).toBe(1)
    expect(text).toContain('approvals.json')
  })

  it('finds an entry that was taken out', () => {
    const files = unzipSync(readFileSync(at('one.zip')))
    unpack('one.zip', 'cut')
    const lines = strFromU8(files['entries.jsonl'] ?? new Uint8Array())
      .trimEnd()
      .split('\n')
    writeFileSync(at('cut/entries.jsonl'), `${lines.slice(1).join('\n')}\n`)

    expect(lines.length).toBeGreaterThan(1)
    expect(verifyIn('cut')).toMatchObject({ code: 1, text: expect.stringContaining('entries.jsonl') as unknown })
  })

  it('tells a machine the same', async () => {
    const made = await run('audit', 'export', '--incident', 'INC-1', '--zip', '--out', at('two.zip'), '--json')

    expect(JSON.parse(made.printed)).toMatchObject({
      ...{ file: at('two.zip'), entries: expect.any(Number) as unknown, warning: null },
    })
    unpack('two.zip', 'two')
    expect(verifyIn('two')).toMatchObject({ code: 0 })
  })

  it('refuses an incident that is not there, with what to do, and leaves no file', async () => {
    const made = await run('audit', 'export', '--incident', 'INC-99', '--zip', '--out', at('none.zip'))

    expect(made).toMatchObject({ exitCode: 1, printed: '' })
    expect(made.complained).toMatch(/There is no .*INC-99\. Check the id/)
    for (const name of ['none.zip', 'none.zip.draft']) expect(existsSync(at(name))).toBe(false)
  })

  it.each([
    [['--zip'], '--zip needs --incident ID.'],
    [['--zip', '--incident', 'INC-1', '--from', '2'], 'without --from and --to'],
  ])('%j is wrong usage', async (words, said) => {
    expect(await run('audit', 'export', ...words)).toMatchObject({
      ...{ exitCode: 2, complained: expect.stringContaining(said) as unknown },
    })
  })
})
