import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { buildDeps } from '../../src/app/build-deps.ts'
import { createClosers } from '../../src/app/closers.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'
import { loadConfig } from '../../src/config/load-config.ts'
import { openApp } from '../../src/app.ts'
import { silentLogger } from '../../src/kernel/silent-logger.ts'
import { createTestDatabase } from './postgres.ts'
import type { App } from '../../src/app.ts'
import type { Config } from '../../src/config/config.ts'
import type { Foundation } from '../../src/app/build-deps.ts'
import type { SurfaceName } from '../../src/domain/surface.ts'
import type { Logger } from '../../src/kernel/logger.ts'
import type { SignIn } from '../../src/adapters/console/console-settings.ts'

const POLICIES = fileURLToPath(new URL('../../policies', import.meta.url))

const PEOPLE = `people:
  - { id: ana@bank.example, name: Ana Ruiz, groups: [team-shop], roles: [responder, approver, auditor], slack: { team: T1, user: U1 } }
  - { id: ben@bank.example, name: Ben Cole, groups: [team-shop], roles: [responder, approver] }
  - { id: cem@bank.example, name: Cem Aydin, groups: [team-pay], roles: [responder, approver] }
  - { id: noa@bank.example, name: Noa Berg, groups: [], roles: [] }
  - { id: dia@bank.example, name: Dia Nair, groups: [team-pay], roles: [responder] }
`
const CATALOG = `apiVersion: backstage.io/v1alpha1
kind: Component
metadata: { name: checkout, annotations: { countersign.dev/criticality: '2' } }
spec: { owner: group:team-shop, dependsOn: [component:payments] }
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: { name: payments }
spec: { owner: team-pay }
`
/** Needs no vendor: it speaks in the incident's thread. */
/** Needs one approval. */
export const TELL_CHANNEL = `apiVersion: countersign.dev/v1
kind: Playbook
metadata: { name: tell-channel, title: Tell the channel, owner: platform-team }
spec:
  match: {}
  inputs: {}
  risk: { reversible: true, blastRadius: service }
  autonomous: false
  steps:
    - { id: tell, uses: chat/post, with: { text: 'hello' } }
  onFailure: stop
`

export interface HouseOptions {
  readonly environment?: Readonly<Record<string, string>>
  readonly people?: string
  readonly catalog?: string
  readonly playbooks?: readonly string[]
  /** Lines of countersign.yaml besides those that name the folders. */
  readonly settings?: string
  readonly log?: Logger
}

export interface House {
  readonly config: Config
  readonly database: { readonly url: string; readonly ownerUrl: string }
  /** Everything below the adapters, without a server; for calls of intents. */
  foundation(surfaces?: readonly SurfaceName[]): Promise<Foundation>
  /** The real service on a free port of loopback. */
  serve(signIn?: SignIn): Promise<App & { readonly url: string }>
  close(): Promise<void>
}

/** A whole installation in a folder and a database of its own; what is opened is closed with it. */
export async function openHouse(options: HouseOptions = {}): Promise<House> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-house-'))
  const database = await createTestDatabase()
  const closers = createClosers(silentLogger)
  closers.add('folder', () => rm(folder, { recursive: true, force: true }))
  closers.add('database', () => database.drop())
  await writeFiles(folder, options)
  const config = await loadConfig({
    variables: {
      DATABASE_URL: database.url,
      COUNTERSIGN_DATA: join(folder, 'data'),
      PORT: '0',
      ...options.environment,
    },
    configPath: join(folder, 'countersign.yaml'),
    workingFolder: folder,
  })
  const common = { config, log: options.log ?? silentLogger, replicaId: 'r-test' }
  return {
    config,
    database,
    foundation: (surfaces = []) => {
      const needs = { ...common, telemetry: createMetrics(), surfaces, supervisesJobs: false }
      return buildDeps(needs, closers)
    },
    serve: async (signIn) => {
      const app = await openApp({ ...common, roles: ['web', 'worker'], ...(signIn === undefined ? {} : { signIn }) })
      closers.add('app', () => app.close())
      return { url: app.url, hanging: () => app.hanging(), close: () => app.close() }
    },
    close: () => closers.closeAll(),
  }
}

async function writeFiles(folder: string, options: HouseOptions): Promise<void> {
  await mkdir(join(folder, 'catalog'))
  await mkdir(join(folder, 'playbooks'))
  await writeFile(join(folder, 'catalog', 'catalog.yaml'), options.catalog ?? CATALOG)
  await writeFile(join(folder, 'people.yaml'), options.people ?? PEOPLE)
  await Promise.all(
    (options.playbooks ?? [TELL_CHANNEL]).map((text, index) =>
      writeFile(join(folder, 'playbooks', `${index}.yaml`), text),
    ),
  )
  const lines = [
    'catalog: ./catalog',
    'playbooks: ./playbooks',
    'people: ./people.yaml',
    `policies: ${JSON.stringify(POLICIES)}`,
  ]
  await writeFile(join(folder, 'countersign.yaml'), `${lines.join('\n')}\n${options.settings ?? ''}\n`)
}
