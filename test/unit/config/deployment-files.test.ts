import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from '@jest/globals'
import { parse } from 'yaml'
import { loadCommands } from '../../../src/cli/load-commands.ts'
import { VARIABLE_NAMES } from '../../../src/config/environment.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const read = (name: string): string => readFileSync(join(ROOT, name), 'utf8')

interface ComposeService {
  readonly command?: readonly string[]
  readonly environment?: Readonly<Record<string, string | null>>
  readonly volumes?: readonly string[]
  readonly read_only?: boolean
  readonly ports?: readonly string[]
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
}

const compose = parse(read('docker-compose.yml'), { merge: true }) as {
  readonly services: Readonly<Record<'postgres' | 'migrate' | 'countersign', ComposeService>>
  readonly volumes: Readonly<Record<string, unknown>>
}
const { postgres, migrate, countersign } = compose.services
const dockerfile = read('Dockerfile')
const imageVariable = (name: string): string => new RegExp(`\\b${name}=(\\S+)`).exec(dockerfile)?.[1] ?? ''

/** Read by the AWS SDK and by the containers themselves, not by Countersign. */
const OTHERS = ['AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN']

describe('docker-compose.yml', () => {
  it('starts the service only after migrate has succeeded with the owner’s login', () => {
    expect(migrate.command).toEqual(['migrate'])
    expect(migrate.environment).toHaveProperty('DATABASE_ADMIN_URL')
    expect(countersign.depends_on).toEqual({
      postgres: { condition: 'service_healthy' },
      migrate: { condition: 'service_completed_successfully' },
    })
  })

  it('gives the service its own login, and never the owner’s', () => {
    expect(countersign.environment?.['DATABASE_URL']).toContain('//countersign_app:')
    expect(migrate.environment?.['DATABASE_ADMIN_URL']).toContain('//countersign_admin:')
    expect(Object.keys(countersign.environment ?? {})).not.toContain('DATABASE_ADMIN_URL')
  })

  it('passes on only variables that Countersign reads', () => {
    const names = [migrate, countersign].flatMap((service) => Object.keys(service.environment ?? {}))

    expect(names.filter((name) => !VARIABLE_NAMES.includes(name) && !OTHERS.includes(name))).toEqual([])
  })

  it('mounts the configuration where the image looks for it, by default one that is in the repository', () => {
    const config = dirname(imageVariable('COUNTERSIGN_CONFIG'))
    for (const service of [migrate, countersign]) {
      expect(service.volumes).toContain(`\${CONFIG_FOLDER:-./docs/examples}:${config}:ro`)
    }
    expect(existsSync(join(ROOT, 'docs/examples/countersign.yaml'))).toBe(true)
    expect(join(config, '../../policies')).toBe('/app/policies')
  })

  it('keeps the data and what lies beside it on a volume, since nothing else can be written', () => {
    const data = imageVariable('COUNTERSIGN_DATA')
    const mounted = countersign.volumes?.find((volume) => volume.endsWith(`:${dirname(data)}`))

    expect(countersign.read_only).toBe(true)
    expect(mounted?.split(':')[0]).toBe('countersign-data')
    expect(Object.keys(compose.volumes)).toContain('countersign-data')
    expect(dockerfile).toContain(`VOLUME ${dirname(data)}`)
  })

  it('publishes on loopback only', () => {
    const ports = [postgres, countersign].flatMap((service) => service.ports ?? [])

    expect(ports.length).toBeGreaterThan(0)
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([])
  })

  it('names in its head every variable that it insists on', () => {
    const text = read('docker-compose.yml')
    const needed = [...text.matchAll(/\$\{(\w+):\?/g)].map((match) => match[1] ?? '')
    const head = text.slice(0, text.indexOf('x-countersign'))

    for (const name of new Set(needed)) expect(head).toContain(name)
  })
})

describe('the Dockerfile', () => {
  it('copies only what is there and is let through', () => {
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(
      (match) => match[1]?.split(' ') ?? [],
    )
    const allowed = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1))

    for (const path of copied) {
      expect({ path, isThere: existsSync(join(ROOT, path)) }).toEqual({ path, isThere: true })
      expect(allowed).toContain(path)
    }
    expect([...new Set(copied)].sort()).toEqual([...allowed].sort())
  })

  it('holds every folder that the product reads beside its source', () => {
    for (const folder of ['migrations', 'prompts', 'policies', 'playbooks', 'src', 'package.json']) {
      expect(dockerfile).toMatch(new RegExp(`^COPY .*\\b${folder}\\b`, 'm'))
    }
  })

  it('runs a command that there is, as a user who owns nothing', async () => {
    const command = /^CMD \["(\w+)"\]$/m.exec(dockerfile)?.[1]

    expect((await loadCommands([])).map(({ name }) => name)).toContain(command)
    expect(dockerfile.lastIndexOf('USER node')).toBeGreaterThan(dockerfile.lastIndexOf('COPY'))
  })
})

describe('docs/operations.md', () => {
  const page = read('docs/operations.md')
  const rows = (text: string) => [...text.matchAll(/^\| `(\w+)` \|(.*)\|$/gm)].map((match) => match[1] ?? '')
  const section = (title: string) => page.split(/^## /m).find((part) => part.startsWith(title)) ?? ''

  it('explains every variable that is read, and no other', () => {
    expect(rows(section('Environment')).sort()).toEqual([...VARIABLE_NAMES].sort())
  })

  it.each([...page.matchAll(/\]\(((?!http)[^)#]+)\)/g)].map((match) => [match[1] ?? '']))(
    'links to %s, which is there',
    (link) => {
      expect(existsSync(join(ROOT, 'docs', link))).toBe(true)
    },
  )
})

describe('docs/adr', () => {
  const files = readdirSync(join(ROOT, 'docs/adr')).filter((name) => name.endsWith('.md'))

  it('are numbered without a gap', () => {
    expect(files.map((name) => name.slice(0, 4))).toEqual(files.map((_, index) => String(index + 1).padStart(4, '0')))
    expect(files.length).toBeGreaterThanOrEqual(8)
  })

  it.each(files)('%s says what it records, and what happens when it fails', (name) => {
    const text = read(`docs/adr/${name}`)

    expect(text).toMatch(new RegExp(`^# ${name.slice(0, 4)} `))
    for (const title of ['Context', 'Decision', 'Consequences', 'Audit entries', 'Failure modes']) {
      expect(text).toMatch(new RegExp(`^## ${title}$`, 'm'))
    }
    for (const [, path = ''] of text.matchAll(/`((?:src|test|docs|scripts)\/[\w./-]+\.\w+)`/g)) {
      expect({ path, isThere: existsSync(join(ROOT, path)) }).toEqual({ path, isThere: true })
    }
  })
})
