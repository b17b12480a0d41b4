import { Client } from 'pg'
import { ANA, BEN, RIA } from '../../fakes/counting-target/approved-run.ts'
import { CONTRACT_EXAMPLE } from '../../unit/playbooks/contract-example.ts'
import { createCountingActions } from '../../fakes/counting-target/counting-actions.ts'
import { createTestDatabase } from '../../support/postgres.ts'
import { decideChange } from '../../../src/orchestrator/configuration/decide-change.ts'
import { defaultPolicyFiles } from '../../unit/policy/default-policies.ts'
import { openConfiguration } from '../../../src/orchestrator/configuration/open-configuration.ts'
import { openReplica } from '../../fakes/counting-target/replica.ts'
import { openSignals } from '../../../src/store/signals.ts'
import { readVersion } from '../../../src/orchestrator/configuration/read-version.ts'
import { settleFound } from '../../../src/orchestrator/configuration/settle-found.ts'
import { silentLogger } from '../../../src/kernel/silent-logger.ts'
import { versionOf } from '../../../src/domain/digest-configuration.ts'
import type { ConfigurationText, ConfigurationVersion } from '../../../src/domain/configuration.ts'
import type { ConfigurationDecided, DecideOptions } from '../../../src/orchestrator/configuration/decide-change.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { Person } from '../../../src/domain/person.ts'
import type { ReplicaOptions } from '../../fakes/counting-target/replica.ts'
import type { ReviewMode, Settled } from '../../../src/orchestrator/configuration/settle-found.ts'
import type { SurfaceName } from '../../../src/domain/surface.ts'

export const ADA: Person = { ...ANA, id: 'ada@bank.example', name: 'Ada Admin', roles: ['admin'], groups: [] }
export { ANA, BEN, RIA }

/** The default policies and the playbook of the contract; `change` edits one file, and null takes it out. */
export function filesOf(change: Readonly<Record<string, (text: string) => string | null>> = {}): ConfigurationVersion {
  const files: readonly ConfigurationText[] = [
    { kind: 'playbook', path: 'rollback.yaml', text: CONTRACT_EXAMPLE },
    {
      kind: 'playbook',
      path: 'other.yaml',
      text: CONTRACT_EXAMPLE.replace('name: rollback-bad-deploy', 'name: other'),
    },
    ...defaultPolicyFiles().map(({ file, text }) => {
      return { kind: 'policy', path: file.slice('policies/'.length), text } as const
    }),
  ]
  return versionOf(
    files.flatMap((file) => {
      const text = change[file.path]?.(file.text)
      return text === null ? [] : [{ ...file, text: text ?? file.text }]
    }),
  )
}

/** The playbook edited: another digest, and nothing else. */
export const EDITED = filesOf({ 'rollback.yaml': (text) => text.replace('timeout: 5m', 'timeout: 6m') })

export interface ConfiguredReplica {
  readonly deps: Deps
  readonly settled: Settled
  close(): Promise<void>
}

export interface StartOptions extends Partial<ReplicaOptions> {
  readonly found?: ConfigurationVersion
  readonly review?: ReviewMode
  readonly pollMs?: number
  /** It hears no signal. */
  readonly isDeaf?: boolean
  readonly targetUrl?: string
}

export interface ConfigurationWorld {
  readonly url: string
  /** Read anew for every decision. */
  people: readonly Person[]
  /** What a replica does at its start. */
  start(options?: StartOptions): Promise<ConfiguredReplica>
  /** As a superuser. */
  query<Row extends object>(text: string, values?: readonly unknown[]): Promise<readonly Row[]>
  /** `event (outcome)` of the audit log about configuration, in order. */
  events(): Promise<readonly string[]>
  close(): Promise<void>
}

export async function openConfigurationWorld(): Promise<ConfigurationWorld> {
  const test = await createTestDatabase()
  const admin = new Client({ connectionString: test.ownerUrl })
  await admin.connect()
  const open: ConfiguredReplica[] = []
  const query = async <Row extends object>(text: string, values: readonly unknown[] = []) =>
    (await admin.query<Row>(text, [...values])).rows
  const world: ConfigurationWorld = {
    url: test.url,
    people: [ADA, ANA, BEN, RIA],
    start: async (options = {}) => {
      const replica = await startReplica(test.url, () => world.people, options)
      open.push(replica)
      return replica
    },
    query,
    events: async () => {
      const rows = await query<{ line: string }>(
        `SELECT event || ' ' || coalesce(entry -> 'details' ->> 'change', '') || ' (' || (entry ->> 'outcome') || ')' AS line
           FROM (SELECT id, event, convert_from(bytes, 'UTF8')::jsonb AS entry FROM audit_leaves) leaves
          WHERE event LIKE 'configuration.%' ORDER BY id`,
      )
      return rows.map(({ line }) => line)
    },
    close: async () => {
      await Promise.all(open.map((replica) => replica.close()))
      await admin.end()
      await test.drop()
    },
  }
  return world
}

export async function startReplica(
  url: string,
  people: () => readonly Person[],
  options: StartOptions,
): Promise<ConfiguredReplica> {
  const { found = filesOf(), review = 'two-people', pollMs = 600_000, isDeaf = false, targetUrl, ...rest } = options
  const actions = createCountingActions(targetUrl ?? 'http://127.0.0.1:9', { callTimeoutMs: 20_000 })
  const replica = await openReplica({ url, actions, people, maxConnections: 5, settings: { leaseMs: 60_000 }, ...rest })
  const signals = await openSignals({ url, log: silentLogger })
  const configuration = openConfiguration({
    ...{ store: replica.deps.stores.configuration, log: silentLogger, found, pollMs },
    signals: isDeaf ? { listen: () => () => undefined } : signals,
  })
  const deps: Deps = {
    ...replica.deps,
    configuration,
    get playbooks() {
      return configuration.playbooks
    },
    authorize: configuration.authorize,
    directory: { ...replica.deps.directory, findByAccount: ({ user }) => people().find(({ id }) => id === user) },
  }
  const settled = await settleFound(deps, readVersion(found), review)
  await configuration.catchUp()
  return {
    deps,
    settled,
    close: async () => {
      await configuration.close()
      await signals.close()
      await replica.close()
    },
  }
}

export function approveChange(
  { deps }: Pick<ConfiguredReplica, 'deps'>,
  person: Person,
  version: ConfigurationVersion,
  given: { readonly changeId?: string; readonly origin?: SurfaceName } & DecideOptions = {},
): Promise<ConfigurationDecided> {
  const { changeId = 'CFG-2', origin = 'console', ...options } = given
  const { digest } = version
  return decideChange(
    deps,
    { changeId, personId: person.id, decision: 'approve', digest: digest.slice(0, 8), reason: null, origin },
    options,
  )
}
