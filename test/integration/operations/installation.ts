import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { createTestDatabase } from '../../support/postgres.ts'
import { loadCommands } from '../../../src/cli/load-commands.ts'
import { runCommand } from '../../../src/cli/run-command.ts'
import type { TestDatabase, TestDatabaseOptions } from '../../support/postgres.ts'

export const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url))

const PEOPLE = `people:
  - { id: ana@bank.example, name: Ana Ruiz, groups: [team-shop], roles: [responder, approver], slack: { team: T0001, user: U1 } }
  - { id: ben@bank.example, name: Ben Cole, groups: [team-shop], roles: [responder, approver], slack: { team: T0001, user: U2 } }
  - { id: cem@bank.example, name: Cem Aydin, groups: [team-pay], roles: [responder, approver], slack: { team: T0001, user: U3 } }
`
const CATALOG = `apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: checkout
  annotations: { argocd/app-name: checkout-prod, argocd/project-name: payments, countersign.dev/criticality: '2' }
spec: { owner: team-shop, dependsOn: [component:payments] }
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: { name: payments }
spec: { owner: team-pay }
`
/** Two steps, with a wait between that a test can end by stopping the service in it. */
const TELL_TWICE = `apiVersion: countersign.dev/v1
kind: Playbook
metadata: { name: tell-twice, title: Tell the channel twice, owner: platform-team }
spec:
  match: {}
  risk: { reversible: true, blastRadius: service }
  steps:
    - { id: first, uses: chat/post, with: { text: 'the first word' } }
    - { id: pause, uses: wait, with: { for: 8s } }
    - { id: second, uses: chat/post, with: { text: 'the last word' } }
`

export interface InstallationOptions {
  readonly variables?: Readonly<Record<string, string>>
  /** Lines of countersign.yaml besides those that name the folders. */
  readonly settings?: string
  /** Further files, or others in the place of these. */
  readonly files?: Readonly<Record<string, string>>
  readonly database?: TestDatabaseOptions
}

export interface CommandResult {
  readonly exitCode: number
  readonly printed: string
  readonly complained: string
}

/** A configuration folder and a database, and the commands as somebody types them there. */
export interface Installation {
  readonly folder: string
  readonly database: TestDatabase
  /** The whole environment of its processes. */
  readonly variables: Readonly<Record<string, string>>
  /** In this process; the words as a shell would have split them. */
  run(...words: readonly string[]): Promise<CommandResult>
  /** As the owner of the database sees it. */
  sql<Row extends Record<string, unknown>>(text: string): Promise<readonly Row[]>
  close(): Promise<void>
}

export async function openInstallation(options: InstallationOptions = {}): Promise<Installation> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-installation-'))
  const database = await createTestDatabase(options.database)
  const owner = createOwner(database.ownerUrl)
  const files = {
    'countersign.yaml': `policies: ${JSON.stringify(join(REPOSITORY, 'policies'))}\n${options.settings ?? ''}\n`,
    'people.yaml': PEOPLE,
    'catalog/shop.yaml': CATALOG,
    'playbooks/tell-twice.yaml': TELL_TWICE,
    ...options.files,
  }
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
  }
  const variables = {
    DATABASE_URL: database.url,
    COUNTERSIGN_CONFIG: join(folder, 'countersign.yaml'),
    COUNTERSIGN_DATA: join(folder, 'data'),
    PORT: '0',
    ...options.variables,
  }
  return {
    folder,
    database,
    variables,
    run: (...words) => runHere(words, variables),
    sql: (text) => owner.query(text),
    close: async () => {
      await owner.close()
      await database.drop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A command in this process, told what a shell would have told it. */
export async function runHere(
  words: readonly string[],
  variables: Readonly<Record<string, string | undefined>>,
): Promise<CommandResult> {
  const printed: string[] = []
  const complained: string[] = []
  const exitCode = await runCommand(await loadCommands(words), words, {
    variables,
    print: (line) => printed.push(line),
    printError: (line) => complained.push(line),
    signal: new AbortController().signal,
  })
  return { exitCode, printed: printed.join('\n'), complained: complained.join('\n') }
}

interface Owner {
  query<Row extends Record<string, unknown>>(text: string): Promise<readonly Row[]>
  close(): Promise<void>
}

/** One connection, opened by the first question: tests ask again and again until something holds. */
function createOwner(url: string): Owner {
  let connected: Promise<Client> | undefined
  const connect = async (): Promise<Client> => {
    const client = new Client({ connectionString: url })
    // Lost while nobody asked: the next question opens another.
    client.on('error', () => (connected = undefined))
    await client.connect()
    return client
  }
  return {
    query: async <Row extends Record<string, unknown>>(text: string) => {
      connected ??= connect()
      return (await (await connected).query<Row>(text)).rows
    },
    close: async () => {
      await (await connected)?.end()
    },
  }
}
