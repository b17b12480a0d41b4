import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from '@jest/globals'
import { eventually } from './eventually.ts'
import { openFaultProxy } from '../../support/fault-proxy/fault-proxy.ts'
import { openInstallation } from './installation.ts'
import { startProcess } from './process.ts'
import type { Installation, InstallationOptions } from './installation.ts'
import type { CountersignProcess } from './process.ts'

const opened: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close()
})

async function install(options?: InstallationOptions): Promise<Installation> {
  const installation = await openInstallation(options)
  opened.push(installation)
  return installation
}

function start(words: readonly string[], variables: Readonly<Record<string, string>>): CountersignProcess {
  const started = startProcess(words, variables)
  opened.push({ close: () => started.end() })
  return started
}

async function ask(url: string, path: string) {
  const response = await fetch(`${url}${path}`)
  return { status: response.status, body: (await response.json()) as { readonly problems?: readonly string[] } }
}

describe('a service whose database goes away', () => {
  it('lives on, is not ready meanwhile, tells what it can, and is ready again by itself', async () => {
    const { variables } = await install()
    const proxy = await openFaultProxy(variables['DATABASE_URL'] ?? '')
    opened.push(proxy)
    const url = await start(['serve'], { ...variables, DATABASE_URL: proxy.url }).ready()
    const before = await ask(url, '/readyz')

    proxy.cut()
    await eventually('it is not ready', async () => (await ask(url, '/readyz')).status === 503)
    const meanwhile = await ask(url, '/readyz')
    const alive = await ask(url, '/healthz')
    const metrics = await (await fetch(`${url}/metrics`)).text()
    proxy.mend()
    await eventually('it is ready again', async () => (await ask(url, '/readyz')).status === 200)

    expect(before).toEqual({ status: 200, body: { status: 'ready', problems: [] } })
    expect(meanwhile.body).toEqual({ status: 'not ready', problems: ['the database does not answer'] })
    expect(alive).toEqual({ status: 200, body: { status: 'ok' } })
    expect(metrics).toMatch(/^countersign_outbox_waiting (?:NaN|Nan)$/m)
    expect(metrics).toMatch(/^countersign_process_resident_memory_bytes \d+/m)
  })
})

describe('a service whose audit log contradicts its checkpoints', () => {
  it('is not ready and says why, while the log that fits them is ready', async () => {
    const first = await install()
    const data = { COUNTERSIGN_DATA: join(first.folder, 'data') }
    const own = start(['serve'], first.variables)
    await own.ready()
    own.signal('SIGTERM')
    await own.ended
    const other = await install()

    const foreign = start(['serve'], { ...other.variables, ...data })
    const again = start(['serve'], first.variables)
    const [foreignUrl, ownUrl] = await Promise.all([foreign.ready(), again.ready()])
    await eventually('it is refused', async () => (await ask(foreignUrl, '/readyz')).status === 503)

    const { body } = await ask(foreignUrl, '/readyz')
    expect(body.problems).toEqual([
      expect.stringMatching(/^the audit log is not signed any more: The last checkpoint outside the database/),
    ])
    expect(await (await fetch(`${foreignUrl}/metrics`)).text()).toMatch(/^countersign_audit_refused 1$/m)
    expect((await ask(ownUrl, '/readyz')).status).toBe(200)
    expect(await (await fetch(`${ownUrl}/metrics`)).text()).toMatch(/^countersign_audit_refused 0$/m)
  })
})

describe('a service whose tables are of another build', () => {
  it('does not start where it may not change them, and says how to', async () => {
    const { variables } = await install({ database: { isMigrated: false } })

    const { ended, output } = start(['serve'], variables)

    expect(await ended).toBe(1)
    expect(output.stderr).toContain('Run "countersign migrate" with DATABASE_ADMIN_URL.')
    expect(output.stderr).not.toMatch(/^ {4}at /m)
  })

  it('brings them up to date at its start with the owner’s login', async () => {
    const { variables, database } = await install({ database: { isMigrated: false } })

    const url = await start(['serve'], { ...variables, DATABASE_ADMIN_URL: database.ownerUrl }).ready()

    expect((await ask(url, '/readyz')).status).toBe(200)
  })
})

describe('a service that cannot start', () => {
  it('lists every mistake of its configuration and ends with 2', async () => {
    const { variables } = await install({ files: { 'people.yaml': 'people:\n  - { id: ana, roles: [king] }\n' } })

    const { ended, output } = start(['serve'], { ...variables, PORT: 'many', ARGOCD_SERVER: 'http://argocd.example' })

    expect(await ended).toBe(2)
    expect(output.stderr).toContain('The configuration has 5 mistake(s):')
    expect(output.stderr).toContain('environment:PORT')
    expect(output.stderr).toContain('environment:ARGOCD_AUTH_TOKEN')
    expect(output.stderr).toContain('environment:ARGOCD_SERVER: found http off loopback')
    expect(output.stderr).toContain('people.yaml:2:5 (people.0.name): found nothing')
    expect(output.stderr).toContain('found "king"')
    expect(output.stdout).toBe('')
  })

  it('says that its port is taken', async () => {
    const { variables } = await install()
    const url = await start(['serve'], variables).ready()

    const { ended, output } = start(['serve'], { ...variables, PORT: new URL(url).port })

    expect(await ended).toBe(1)
    expect(output.stderr).toContain('another program listens there; end it, or set PORT')
    expect(output.stderr).not.toMatch(/^ {4}at /m)
  })

  it('says which role it does not know', async () => {
    const { variables } = await install()

    const { ended, output } = start(['serve', '--role', 'wroker'], variables)

    expect(await ended).toBe(2)
    expect(output.stderr).toContain('--role is web or worker; found "wroker".')
  })
})

describe('a service that is told to stop', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('ends with 0 on %s and leaves nothing behind', async (name) => {
    const { variables } = await install()
    const service = start(['serve'], variables)
    const url = await service.ready()

    service.signal(name)

    expect(await service.ended).toBe(0)
    await expect(fetch(`${url}/healthz`)).rejects.toThrow('fetch failed')
    expect(service.output.stderr).toBe('')
  })

  it('does so too when nobody reads its log any more', async () => {
    const { variables } = await install()
    const service = start(['serve'], { ...variables, LOG_LEVEL: 'debug' })
    const url = await service.ready()

    service.stopReading()
    const answers = await Promise.all(
      ['/webhooks/alertmanager', '/readyz', '/nothing'].map((path) => fetch(`${url}${path}`)),
    )
    service.signal('SIGTERM')

    expect(answers.map(({ status }) => status)).toEqual([405, 200, 404])
    expect(await service.ended).toBe(0)
  })

  it('ends at once on the second signal', async () => {
    const { variables } = await install()
    const proxy = await openFaultProxy(variables['DATABASE_URL'] ?? '')
    opened.push(proxy)
    const service = start(['serve'], { ...variables, DATABASE_URL: proxy.url })
    await service.ready()

    // Without its database it cannot end cleanly as fast as that.
    proxy.cut()
    service.signal('SIGTERM')
    await service.said('Countersign stops')
    service.signal('SIGTERM')

    expect(await service.ended).toBe('SIGTERM')
  })

  it('puts its start and its stop on the audit log', async () => {
    const installation = await install()
    const service = start(['serve'], installation.variables)
    await service.ready()
    service.signal('SIGTERM')
    await service.ended

    await installation.run('audit', 'export', '--out', join(installation.folder, 'audit.jsonl'))
    const verified = await installation.run(
      ...['audit', 'verify', join(installation.folder, 'audit.jsonl')],
      ...['--checkpoints', join(installation.folder, 'audit.checkpoints.jsonl')],
      ...['--key', join(installation.folder, 'data-audit.pub')],
    )

    expect(verified).toMatchObject({ exitCode: 0, complained: '' })
    const log = await readFile(join(installation.folder, 'audit.jsonl'), 'utf8')
    expect(log).toContain('service.started')
    expect(log).toContain('service.stopped')
  })
})
