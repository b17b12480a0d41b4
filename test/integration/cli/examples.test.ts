import { spawn } from 'node:child_process'
import { chmod, cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { changeBody, fires } from '../intake/payloads.ts'
import { compileCacheFor, QUICK_START } from '../../support/compile-cache.ts'
import { loadCommands } from '../../../src/cli/load-commands.ts'
import { FAKE_TOKEN, FakeArgoCd } from '../../fakes/argocd/fake-argocd.ts'
import { REPOSITORY, openInstallation, runHere } from '../operations/installation.ts'
import { eventually } from '../operations/eventually.ts'
import { startFakePrometheus } from '../../fakes/prometheus/fake-prometheus.ts'
import { startProcess } from '../operations/process.ts'
import type { CountersignProcess } from '../operations/process.ts'
import type { FakePrometheus } from '../../fakes/prometheus/fake-prometheus.ts'
import type { Installation } from '../operations/installation.ts'

/**
 * Every example of the printed help is typed into a shell as it stands, in a folder as an operator has it: the
 * repository's playbooks, a configuration, a fake Argo CD, and one incident whose cause is known.
 */
const TOKEN = 'a-webhook-token'
const QUERY = 'sum(rate(http_requests_errors_total{service="checkout"}[1m]))'

const GOOD = 'a'.repeat(40)
const BAD = 'b'.repeat(40)

let argocd: FakeArgoCd
let prometheus: FakePrometheus
let installation: Installation
let environment: Record<string, string>
let service: CountersignProcess | undefined

beforeAll(async () => {
  argocd = await FakeArgoCd.start()
  argocd.addApp('checkout-prod', [GOOD, BAD])
  prometheus = await startFakePrometheus()
  prometheus.set('count(up)', () => [{ value: 3 }])
  prometheus.set(QUERY, () => [{ value: 0.4 }])
  installation = await openInstallation({ database: { isMigrated: false } })
  const { folder, variables, database } = installation
  await cp(join(REPOSITORY, 'playbooks'), join(folder, 'playbooks'), { recursive: true })
  const incidents = join('docs', 'examples', 'incidents')
  const alerts = join('docs', 'examples', 'alerts')
  await cp(join(REPOSITORY, alerts), join(folder, alerts), { recursive: true })
  await cp(join(REPOSITORY, incidents), join(folder, incidents), { recursive: true })
  await copyOneAttack(folder)
  const record = join('docs', 'examples', 'record')
  await cp(join(REPOSITORY, record), join(folder, record), { recursive: true })
  await addCommandTo(folder)
  environment = {
    ...variables,
    DATABASE_ADMIN_URL: database.ownerUrl,
    COUNTERSIGN_WEBHOOK_TOKEN: TOKEN,
    ARGOCD_SERVER: argocd.server.url,
    ARGOCD_AUTH_TOKEN: FAKE_TOKEN,
    PROMETHEUS_URL: prometheus.url,
    PATH: [join(folder, 'bin'), process.env['PATH']].join(delimiter),
  }
})
afterAll(async () => {
  await service?.end()
  await installation.close()
  await Promise.all([argocd.server.close(), prometheus.close()])
})

/** The first of them: that none has an effect is proved in test/integration/hostile, each in every carrier. */
async function copyOneAttack(folder: string): Promise<void> {
  const hostile = join('docs', 'examples', 'hostile')
  const attacks = await readFile(join(REPOSITORY, hostile, 'attacks.jsonl'), 'utf8')
  await mkdir(join(folder, hostile), { recursive: true })
  await writeFile(join(folder, hostile, 'attacks.jsonl'), attacks.slice(0, attacks.indexOf('\n') + 1))
}

/** `countersign` as it would be on the PATH. */
async function addCommandTo(folder: string): Promise<void> {
  const file = join(folder, 'bin', 'countersign')
  await mkdir(join(folder, 'bin'))
  const program = [process.execPath, ...QUICK_START, join(REPOSITORY, 'src', 'main.ts')].map((word) => `'${word}'`)
  await writeFile(file, `#!/bin/sh\nexec ${program.join(' ')} "$@"\n`)
  await chmod(file, 0o755)
}

interface Typed {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Types the line; what does not end by itself is told to stop as soon as it says that it is ready. */
async function type(example: string): Promise<Typed> {
  const child = spawn('/bin/sh', ['-c', `exec countersign ${example}`], {
    cwd: installation.folder,
    env: { ...environment, ...compileCacheFor([example]) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [stdout, stderr, isToldToStop] = ['', '', false]
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    if (stdout.includes('Countersign is ready') && !isToldToStop) isToldToStop = child.kill('SIGTERM')
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const exitCode = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { exitCode, stdout, stderr }
}

/** INC-1: an alert shortly after a deploy, looked into. */
async function makeIncident(): Promise<void> {
  const { DATABASE_ADMIN_URL: _unused, ...rest } = environment
  service = startProcess(['serve'], rest, installation.folder)
  const url = await service.ready()
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` }
  const post = (path: string, body: object) =>
    fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
  const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString()
  const deploy = changeBody({ service: 'checkout', at: ago(120), finishedAt: ago(90), revision: BAD })
  expect((await post('/webhooks/changes', deploy)).status).toBe(202)
  expect((await post('/webhooks/alertmanager', fires({ service: 'checkout', startsAt: ago(30) }))).status).toBe(202)
  let said = ''
  const canPlan = async () => {
    const typed = await runHere(['playbook', 'plan', 'rollback-bad-deploy', '--incident', 'INC-1'], environment)
    said = typed.complained
    return typed.exitCode === 0
  }
  await eventually('the plan can be made', canPlan).catch((cause: unknown) => {
    throw new Error(`${String(cause)}: ${said}`)
  })
  service.signal('SIGTERM')
  expect(await service.ended).toBe(0)
}

const COMMANDS = await loadCommands([])
/** In this order. */
const examplesOf = (...names: readonly string[]) =>
  names.flatMap((name) => COMMANDS.find((command) => command.name === name)?.examples ?? [])
const FIRST = examplesOf('migrate', 'audit keygen')
const LAST = examplesOf('audit export', 'audit verify', 'freeze')
const OTHERS = COMMANDS.flatMap(({ examples = [] }) => examples).filter(
  (example) => ![...FIRST, ...LAST].includes(example),
)

describe('the examples of the help', () => {
  it('are there for every command but the demo', () => {
    expect(COMMANDS.filter(({ examples = [] }) => examples.length === 0).map(({ name }) => name)).toEqual(['demo'])
  })

  it.each(FIRST)('"%s" works as printed, on an empty database', async (example) => {
    expect(await type(example)).toMatchObject({ exitCode: 0, stderr: '' })
  })

  it('find an incident to work on', async () => {
    environment['COUNTERSIGN_AUDIT_KEY'] = 'keys/audit.key'
    await makeIncident()
  })

  it.each([...OTHERS, ...LAST])('"%s" works as printed, and has output', async (example) => {
    const { exitCode, stdout, stderr } = await type(example)

    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).not.toBe('')
    if (example.includes('--json')) expect(() => JSON.parse(stdout) as unknown).not.toThrow()
  })
})

describe('playbook plan', () => {
  it('--json gives the exact plan, its digest, its tier and what it needs', async () => {
    const { exitCode, stdout } = await type('playbook plan rollback-bad-deploy --incident inc-1 --json')

    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      plan: {
        tier: expect.any(Number),
        steps: [
          { id: 'rollback', uses: 'argocd/rollback', with: { app: 'checkout-prod', autoSync: 'suspend' } },
          { id: 'healthy', uses: 'prometheus/assert', with: { query: QUERY } },
        ],
      },
      planDigest: expect.stringMatching(/^[0-9a-f]{64}$/),
      tierReasons: expect.any(Array),
      required: { approvals: expect.any(Number), rules: expect.any(Array) },
    })
  })

  it('proposes nothing and has no effect', async () => {
    const count = () => installation.sql('SELECT count(*) FROM proposals')
    const before = await count()

    await type('playbook plan rollback-bad-deploy --incident INC-1')

    expect(await count()).toEqual(before)
    expect(argocd.effects).toEqual([])
  })

  it.each([
    ['playbook plan rollback-bad-deply --incident INC-1', 1, 'Did you mean rollback-bad-deploy?'],
    ['playbook plan rollback-bad-deploy --incident INC-99', 1, 'There is no incident INC-99'],
    ['playbook plan rollback-bad-deploy --incident INC-1 app', 2, '"app" is not of the form key=value.'],
    ['playbook plan rollback-bad-deploy', 2, '--incident'],
  ])('%s says what is wrong', async (line, exitCode, said) => {
    const typed = await type(line)

    expect(typed.exitCode).toBe(exitCode)
    expect(typed.stderr).toContain(said)
    expect(typed.stderr).not.toMatch(/^ {4}at /m)
  })
})
