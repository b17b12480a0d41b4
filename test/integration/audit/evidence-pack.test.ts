import { spawnSync } from 'node:child_process'
import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { chromium } from 'playwright-core'
import { unzipSync, zipSync } from 'fflate'
import { buildEvidencePack } from '../../../src/audit/evidence-pack.ts'
import type { EvidenceFacts } from '../../../src/audit/evidence-pack.ts'
import { printPackFile } from '../../../src/audit/verifier.ts'
import type { AuditRecord } from '../../../src/domain/audit-entry.ts'
import { canonicalJson } from '../../../src/kernel/canonical-json.ts'
import type { JsonObject } from '../../../src/kernel/json.ts'
import { sha256Hex } from '../../../src/kernel/sha256.ts'
import { openAuditWorld, readExport } from './audit-world.ts'
import type { AuditWorld } from './audit-world.ts'
import { describeWhen } from '../../support/skip.ts'

const CHROMIUM = '/usr/bin/chromium'

/** What an attacker may have written into an alert, a reason or a name. */
const HOSTILE =
  '<script>fetch("http://evil.example/")</script><img src=http://evil.example/x onerror=alert(1)> =cmd|\'/c calc\'!A1 \u202egnp.exe\u2028next " \' & +1 -1 @x'

const { privateKey } = generateKeyPairSync('ed25519')
let world: AuditWorld
let folder: string
beforeEach(async () => {
  world = await openAuditWorld()
  folder = mkdtempSync(join(tmpdir(), 'countersign-pack-'))
})
afterEach(async () => {
  await world.close()
  rmSync(folder, { recursive: true, force: true })
})

const bound = { plan: { steps: [HOSTILE] }, proposalId: 'PRO-1' }
const PLAN_HASH = sha256Hex('bot-plan-v1', canonicalJson(bound))
const ANA = { type: 'human', id: 'ana@shop.example', name: HOSTILE } as const
const told: Omit<AuditRecord, 'event'> = {
  ...{ actor: ANA, origin: 'console', outcome: 'success', incidentId: 'INC-1' },
  ...{ proposalId: 'PRO-1', planHash: PLAN_HASH, runId: 'RUN-1', stepId: 'move' },
}
/** What an incident leaves on the log, every text of it by somebody who means harm. */
const STORY: readonly AuditRecord[] = [
  { ...told, event: 'question.asked', details: { number: 1, text: HOSTILE } },
  {
    ...{ ...told, event: 'decision.recorded', stepId: 'nested' },
    details: { decision: 'approve', planHashSeen: 'ab'.repeat(32), roles: ['approver'], reason: HOSTILE },
  },
  { ...told, event: 'decision.withdrawn', stepId: 'nested' },
  {
    ...{ ...told, event: 'step.succeeded', details: { detail: HOSTILE } },
    execution: { attempt: 1, effect: 'main', idempotencyKey: 'key', fence: 1 },
    verification: { expected: { is: HOSTILE }, observed: { is: HOSTILE }, observedAt: '2026-01-02T03:04:05.000Z' },
  },
]

async function factsOf(): Promise<EvidenceFacts> {
  await world.append(5, 'INC-2')
  await world.append(7, 'INC-1')
  await world.deps.audit.append(STORY.map((record) => world.deps.seal(record)))
  const result = await world.exportAll({ incidentId: 'INC-1' })
  const entryLines = (await readExport(world)).split('\n').slice(0, -1)
  return {
    ...{ incidentId: 'INC-1', title: HOSTILE, entryLines },
    entries: entryLines.map((line) => JSON.parse(line) as { seq: number; entry: JsonObject }),
    checkpointLines: result.checkpointLines,
    checkpoints: result.checkpointLines.length,
    coveredTo: 17,
    plans: [
      {
        ...{ id: 'PRO-1', title: HOSTILE, requester: HOSTILE, state: 'approved', tier: 2 },
        ...{ planHash: PLAN_HASH, bound },
      },
    ],
    publicKeyPem: readFileSync(join(world.folder, 'audit.pub'), 'utf8'),
    verifier: readFileSync(new URL('../../../src/audit/verifier.ts', import.meta.url), 'utf8'),
  }
}

function unpack(pack: ReadonlyMap<string, Uint8Array>): void {
  const files = unzipSync(zipSync(Object.fromEntries(pack), { mtime: '2026-01-01T00:00:00' }))
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), bytes)
  }
}

/** As an auditor runs it: plain Node, in the folder of the pack, no other file of ours. */
function verifyThere(verifier = 'verifier.ts') {
  const ran = spawnSync(process.execPath, [verifier, '--pack', '.', '--key', 'audit.pub'], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] },
  })
  return { code: ran.status, text: `${ran.stdout}${ran.stderr}` }
}

function withoutComparison(): string {
  const text = readFileSync(new URL('../../../src/audit/verifier.ts', import.meta.url), 'utf8')
  const guard = "return checkDerived(folder, Object.keys(files), manifest['incident'])"
  expect(text).toContain(guard)
  const path = join(world.folder, 'careless-verifier.ts')
  writeFileSync(path, text.replace(guard, 'return []'))
  return path
}

describe('an evidence pack', () => {
  it('verifies in an empty folder with plain Node, and names whatever file was changed in one byte', async () => {
    const pack = buildEvidencePack(await factsOf(), world.privateKey)
    unpack(pack)
    expect(verifyThere()).toMatchObject({ code: 0 })

    for (const [name, bytes] of pack) {
      const changed = Buffer.from(bytes)
      const place = name === 'audit.pub' ? 40 : changed.length - 3
      // Of the verifier a comment, so that it still runs.
      const at = name === 'verifier.ts' ? changed.indexOf('An auditor copies') : place
      changed[at] = changed[at] === 0x78 ? 0x79 : 0x78
      writeFileSync(join(folder, name), changed)

      const { code, text } = verifyThere()

      expect({ name, code }).toEqual({ name, code: 1 })
      // Of key and manifest one signed the other: which of the two was changed, nobody can tell.
      expect(text).toContain(name === 'audit.pub' ? 'key' : name)
      writeFileSync(join(folder, name), bytes)
    }
    expect(verifyThere()).toMatchObject({ code: 0 })
  }, 240_000)

  it('finds a file that is missing, and one that was added', async () => {
    unpack(buildEvidencePack(await factsOf(), world.privateKey))
    writeFileSync(join(folder, 'plans', 'PRO-2.json'), '{}')
    expect(verifyThere()).toMatchObject({ code: 1, text: expect.stringContaining('PRO-2.json') })

    rmSync(join(folder, 'plans', 'PRO-2.json'))
    rmSync(join(folder, 'approvals.json'))
    expect(verifyThere()).toMatchObject({
      code: 1,
      text: expect.stringContaining('approvals.json is missing'),
    })
  })

  it('says in approvals.json what the entries say: by whom, on which hash, of which step, taken back or not', async () => {
    const pack = buildEvidencePack(await factsOf(), world.privateKey)

    const [plan] = JSON.parse(new TextDecoder().decode(pack.get('approvals.json'))) as readonly JsonObject[]
    expect(plan).toMatchObject({
      ...{ id: 'PRO-1', planHash: PLAN_HASH },
      decisions: [
        {
          ...{ seq: 14, person: ANA.id, decision: 'approve', step: 'nested', roles: ['approver'] },
          ...{ planHash: 'ab'.repeat(32), withdrawnAt: expect.stringMatching(/^20/) },
        },
      ],
      questions: [{ seq: 13, number: 1, kind: 'question', person: ANA.id }],
    })
  })

  it.each([
    [
      'approvals.json',
      (text: string) => text.replace(ANA.id, 'ben@shop.example'),
      'approvals.json says something else',
    ],
    [
      'outcomes.json',
      (text: string) => text.replace('"attempt":1', '"attempt":2'),
      'outcomes.json says something else',
    ],
    ['plans/PRO-1.json', () => printPackFile({ bound, planHash: 'cd'.repeat(32) }), 'is not the plan that the entries'],
    ['plans/PRO-1.json', () => printPackFile({ bound: {}, planHash: PLAN_HASH }), 'does not fit its plan hash'],
    ['plans/PRO-2.json', () => printPackFile({ bound, planHash: PLAN_HASH }), 'PRO-2.json is not the plan'],
    ['plans/PRO-1.json', () => null, 'is missing, and entries tell of this plan'],
    ['entries.jsonl', (text: string) => text.replaceAll('INC-1', 'INC-2'), 'is of another incident than the pack'],
  ])('whose %s is another one, and signed with the key all the same, does not verify', async (name, change, said) => {
    const pack = new Map(buildEvidencePack(await factsOf(), world.privateKey))
    const { signature: _, ...manifest } = JSON.parse(new TextDecoder().decode(pack.get('manifest.json'))) as {
      signature: string
      files: Record<string, string>
    }
    const changed = change(new TextDecoder().decode(pack.get(name) ?? new Uint8Array()))
    const files = Object.fromEntries(Object.entries(manifest.files).filter(([other]) => other !== name))
    pack.delete(name)
    if (changed !== null) {
      pack.set(name, new TextEncoder().encode(changed))
      files[name] = sha256Hex(changed)
    }
    const again = { ...manifest, files }
    const resigned = sign(null, Buffer.from(canonicalJson(again)), world.privateKey).toString('base64')
    pack.set('manifest.json', new TextEncoder().encode(printPackFile({ ...again, signature: resigned })))
    unpack(pack)

    expect(verifyThere()).toMatchObject({ code: 1, text: expect.stringContaining(said) })
    // The twin: a verifier that does not compare with the entries. What is in them it finds another way.
    expect(verifyThere(withoutComparison()).code).toBe(name === 'entries.jsonl' ? 1 : 0)
  })

  it('is not believed when another key signed it', async () => {
    unpack(buildEvidencePack(await factsOf(), privateKey))

    expect(verifyThere()).toMatchObject({ code: 1, text: expect.stringContaining('manifest.json') })
  })

  it('has equal bytes for equal content', async () => {
    const facts = await factsOf()
    const [first, second] = [1, 2].map(() => Object.fromEntries(buildEvidencePack(facts, world.privateKey)))

    expect(first).toEqual(second)
    expect(createPublicKey(facts.publicKeyPem).asymmetricKeyType).toBe('ed25519')
  })
})

describe('T42: a page of a pack that a spreadsheet opens', () => {
  const FORMULAS = [
    '=cmd|calc!A1',
    '+1+1',
    '-2+3',
    '@SUM(1)',
    '\t=1',
    ' =1',
    '\uFF1D1',
    '=HYPERLINK("http://evil.example")',
  ]
  const cellsOf = (page: string): readonly string[] =>
    [...page.matchAll(/<t[dh]>([^<]*)</g)].map(([, text = '']) => text.replaceAll('&#39;', "'"))
  const isFormula = (cell: string): boolean => /^[\s\p{Cc}]*[=+\-@\uFF0B\uFF0D\uFF1D\uFF20]/u.test(cell)

  async function pageOfFormulas(): Promise<string> {
    const records = FORMULAS.map((text): AuditRecord => ({
      ...{ ...told, event: text, stepId: text, reasonCode: text },
      actor: { type: 'human', id: text, name: text },
      details: { decision: 'approve', planHashSeen: text, roles: [text], reason: text, detail: text },
      execution: { attempt: 1, effect: 'main', idempotencyKey: 'key', fence: 1, requestHash: text },
      target: { system: text, resource: text, environment: null },
    }))
    await world.deps.audit.append(records.map((record) => world.deps.seal(record)))
    return new TextDecoder().decode(buildEvidencePack(await factsOf(), world.privateKey).get('evidence.html'))
  }

  it('has no cell that begins like a formula', async () => {
    const cells = cellsOf(await pageOfFormulas())

    expect(cells.filter(isFormula)).toEqual([])
    expect(cells).toContain("'=cmd|calc!A1")
  })

  it('would have them where nothing stood before what people wrote (the twin)', async () => {
    const cells = cellsOf((await pageOfFormulas()).replace(/(<t[dh]>)&#39;/g, '$1'))

    expect(cells.filter(isFormula).length).toBeGreaterThan(FORMULAS.length)
  })
})

describeWhen(existsSync(CHROMIUM), `there is no ${CHROMIUM}, install chromium`, 'T42: the page of a pack', () => {
  async function look(text: string): Promise<{ readonly asked: readonly string[]; readonly body: string }> {
    const path = join(folder, 'evidence.html')
    writeFileSync(path, text)
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
    try {
      const page = await browser.newPage()
      const asked: string[] = []
      page.on('request', (request) => asked.push(request.url()))
      await page.route('http://**', (route) => route.abort())
      await page.goto(`file://${path}`)
      return { asked, body: await page.locator('body').innerText() }
    } finally {
      await browser.close()
    }
  }

  it('shows hostile text, and runs, loads and reorders nothing of it', async () => {
    const pack = buildEvidencePack(await factsOf(), world.privateKey)

    const { asked, body } = await look(new TextDecoder().decode(pack.get('evidence.html')))

    expect(asked.map((url) => new URL(url).protocol)).toEqual(['file:'])
    expect(body).toContain('<script>fetch("http://evil.example/")</script>')
    expect(body).toContain('[U+202E]gnp.exe[U+2028]next')
  })

  it('would load what it was told to, if it were not escaped (twin)', async () => {
    const text = new TextDecoder().decode(buildEvidencePack(await factsOf(), world.privateKey).get('evidence.html'))
    const unescaped = text
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&quot;', '"')
      .replace(/<meta http-equiv[^>]+>/, '')

    expect((await look(unescaped)).asked).toContain('http://evil.example/')
  })
})
