import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { join } from 'node:path'
import { Client } from 'pg'
import { auditExportCommand } from '../../../src/cli/audit-export.ts'
import { runCommand } from '../../../src/cli/run-command.ts'
import { decideChange } from '../../../src/orchestrator/configuration/decide-change.ts'
import { readVersion } from '../../../src/orchestrator/configuration/read-version.ts'
import { settleFound } from '../../../src/orchestrator/configuration/settle-found.ts'
import { ingestChange } from '../../../src/orchestrator/ingest-change.ts'
import { refreshIncident } from '../../../src/orchestrator/refresh-incident.ts'
import { ingestAlerts } from '../../../src/orchestrator/ingest-alerts.ts'
import { proposeForIncident } from '../../../src/orchestrator/propose-for-incident.ts'
import { handleUtterance } from '../../../src/orchestrator/verbs/handle-utterance.ts'
import type { ReviewMode } from '../../../src/orchestrator/configuration/settle-found.ts'
import type { ConfigurationVersion } from '../../../src/domain/configuration.ts'
import type { JsonObject } from '../../../src/kernel/json.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import { scriptedModel } from '../../fakes/scripted-model.ts'
import { TELL_CHANNEL, openHouse } from '../../support/house.ts'
import type { House } from '../../support/house.ts'
import { waitUntil } from '../../support/wait-until.ts'
import { EDITED, filesOf } from '../configuration/world.ts'
import { kindOf, lacks, unnoticed } from './held-against.ts'
import { readLeaves } from './read-leaves.ts'
import { REQUIRED, REQUIRED_OF_SERVICE, REQUIRED_SELDOM } from './required-members.ts'

/** TRUST section 2, for kinds that neither an incident nor the life of a service leaves by itself. */
const TABLE = { ...REQUIRED, ...REQUIRED_OF_SERVICE, ...REQUIRED_SELDOM }
const IDLE = new AbortController().signal
const ADA = 'ada@bank.example'
const BEA = 'bea@bank.example'
const PEOPLE = `people:
  - { id: ${ADA}, name: Ada, groups: [team-shop], roles: [admin, approver, responder] }
  - { id: ${BEA}, name: Bea, groups: [team-pay], roles: [admin, approver, responder] }
`
const TELL = TELL_CHANNEL.replace('match: {}', `match: { alerts: ['alertname="HighErrorRate"'] }`)
const TELL_AGAIN = TELL.replace('name: tell-channel', 'name: tell-once-more')
const OTHER = filesOf({ 'other.yaml': (text) => text.replace('timeout: 5m', 'timeout: 7m') })
const TRIED_OUT = filesOf({ 'other.yaml': (text) => text.replace('timeout: 5m', 'timeout: 8m') })

let house: House
let owner: Client
/** As they were written, whatever the log has of them later. */
const entries = new Map<string, JsonObject>()

beforeAll(async () => {
  house = await openHouse({ people: PEOPLE, playbooks: [TELL, TELL_AGAIN] })
  owner = new Client({ connectionString: house.database.ownerUrl })
  await owner.connect()
  const { deps } = await house.foundation()
  await settle(deps, house.config.found, 'two-people')
  await deps.configuration.catchUp()
  const incidentId = await playFindings(deps)
  await playModel(deps, incidentId)
  await playNewerPlan(deps, incidentId)
  await playVersions(deps)
  await serveUntil(async () => true)
  await playArchive()
  await playContradiction()
})
afterAll(async () => {
  await owner.end()
  await house.close()
})

async function look(): Promise<readonly JsonObject[]> {
  for (const entry of await readLeaves(house.database.ownerUrl)) entries.set(entry['entryId'] as string, entry)
  return [...entries.values()]
}

/** The whole service, until something holds; when it stops, it numbers and signs. */
async function serveUntil(holds: () => Promise<boolean>): Promise<void> {
  const app = await house.serve()
  await waitUntil('the service has done it', holds)
  await app.close()
  await look()
}

/** At first nothing is suspected; then a deploy is heard of that came before the alert. */
async function playFindings(deps: Deps): Promise<string> {
  const labels = { alertname: 'HighErrorRate', service: 'checkout', environment: 'production' }
  await ingestAlerts(deps, {
    ...{ source: 'alertmanager', key: 'seldom', body: Buffer.from(JSON.stringify(labels)), rejected: [] },
    alerts: [
      {
        ...{ source: 'alertmanager', sourceFingerprint: null, status: 'firing', labels },
        ...{ annotations: { summary: 'Many errors' }, startsAt: new Date(), endsAt: null, generatorUrl: null },
      },
    ],
  })
  const [incident] = await deps.stores.incidents.list({ limit: 1 })
  const incidentId = incident?.id ?? ''
  await refreshIncident(deps, { incidentId }, IDLE)
  const at = new Date(Date.now() - 120_000)
  await ingestChange(deps, {
    ...{ source: 'changes', key: 'seldom', body: Buffer.from('{}'), rejected: [] },
    changes: [
      {
        ...{ source: 'changes', sourceId: 'c-1', kind: 'deploy', service: 'checkout', environment: 'production', at },
        ...{ finishedAt: null, revision: 'r2', previous: null, actor: 'ci', url: null, summary: null, outcome: null },
      },
    ],
  })
  await refreshIncident(deps, { incidentId }, IDLE)
  return incidentId
}

/** A question that a model answers, and two playbooks of which it puts the second first. */
async function playModel(deps: Deps, incidentId: string): Promise<void> {
  await deps.stores.evidence.save([
    {
      ...{ incidentId, key: 'alert', kind: 'alert', source: 'alertmanager', at: new Date(), url: null, data: {} },
      fact: 'HighErrorRate on checkout: memory at 96 % of its limit',
    },
  ])
  const evidence = (await deps.stores.evidence.list(incidentId)).find(({ fact }) => fact.includes('96 %'))
  const words = (text: string, cited: string) => ({ text, evidence: [cited] })
  const answering = scriptedModel(() => JSON.stringify({ sentences: [words(`${incidentId} is open.`, incidentId)] }))
  const account = { surface: 'console', tenant: 'console', user: ADA, displayName: 'Ada' } as const
  const said = { surface: 'console', account, channel: null, message: null, incidentId: null } as const
  await handleUtterance({ ...deps, model: answering }, { ...said, text: `ask ${incidentId} how bad is it` })
  const reason = words('Memory of checkout is at 96 % of its limit.', evidence?.id ?? '')
  const advising = scriptedModel(() => JSON.stringify({ order: ['P-2', 'P-1'], reason }))
  await proposeForIncident({ ...deps, model: advising }, { incidentId })
}

/** The playbook that was proposed is not there any more. */
async function playNewerPlan(deps: Deps, incidentId: string): Promise<void> {
  const [standing] = await deps.stores.proposalQueries.listPending()
  const proposal = await deps.stores.proposals.find(standing ?? '')
  const playbooks = deps.playbooks.filter(({ name }) => name !== proposal?.plan.playbook.name)
  await proposeForIncident({ ...deps, playbooks }, { incidentId })
}

/** Of two that wait one is accepted, and the other gives way; what was tried out in mode observe does not stay. */
async function playVersions(deps: Deps): Promise<void> {
  const accepted = await settle(deps, EDITED, 'two-people')
  await settle(deps, OTHER, 'two-people')
  for (const personId of [ADA, BEA]) {
    await decideChange(deps, {
      ...{ changeId: accepted?.id ?? '', personId, decision: 'approve', digest: EDITED.digest, reason: null },
      origin: 'console',
    })
  }
  await settle(deps, TRIED_OUT, 'observe')
  await settle(deps, OTHER, 'two-people')
}

const settle = async (deps: Deps, version: ConfigurationVersion, review: ReviewMode) =>
  (await settleFound(deps, readVersion(version), review)).change

/** The month `months` ago, as `YYYY-MM`. */
function monthAgo(months: number): string {
  const now = new Date()
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - months, 1)).toISOString().slice(0, 7)
}

/** What is there was written fourteen months ago; it is archived and dropped by the command. */
async function playArchive(): Promise<void> {
  const [old, end] = [monthAgo(14), monthAgo(13)]
  await tamper(
    `DO $$ DECLARE month text := (SELECT inhrelid::regclass::text FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
         WHERE inhparent = 'audit_leaves'::regclass AND pg_get_expr(c.relpartbound, c.oid) LIKE '%MINVALUE%');
       BEGIN EXECUTE format('ALTER TABLE audit_leaves DETACH PARTITION %I', month);
       EXECUTE format('UPDATE %I SET at = %L', month, '${old}-05 12:00:00+00');
       UPDATE audit_entries SET leaf_at = '${old}-05 12:00:00+00';
       EXECUTE format('ALTER TABLE audit_leaves ATTACH PARTITION %I FOR VALUES FROM (MINVALUE) TO (%L)', month, '${end}-01 00:00:00+00'); END $$`,
    'SELECT audit_make_months()',
  )
  const errors: string[] = []
  const out = join(house.config.folder, 'old.jsonl')
  const args = ['audit', 'export', '--archive', '--before', monthAgo(12), '--out', out, '--drop']
  await runCommand([auditExportCommand], args, {
    variables: {
      COUNTERSIGN_CONFIG: join(house.config.folder, 'countersign.yaml'),
      COUNTERSIGN_DATA: house.config.dataFolder,
      DATABASE_URL: house.database.url,
      DATABASE_ADMIN_URL: house.database.ownerUrl,
    },
    print: () => undefined,
    printError: (line) => void errors.push(line),
    signal: IDLE,
  })
  expect(errors).toEqual([])
  await look()
}

/** The last entry that was signed is not there any more. */
async function playContradiction(): Promise<void> {
  await tamper(
    'DELETE FROM audit_leaves WHERE id = (SELECT max(id) FROM audit_leaves)',
    'DELETE FROM audit_entries WHERE seq = (SELECT max(seq) FROM audit_entries)',
    `UPDATE audit_sequencer SET size = size - 1, frontier = '[]',
       last_hash = (SELECT hash FROM audit_entries ORDER BY seq DESC LIMIT 1)`,
  )
  await serveUntil(async () => (await look()).some(({ event }) => event === 'audit.contradicted'))
}

async function tamper(...statements: readonly string[]): Promise<void> {
  for (const statement of ['SET session_replication_role = replica', ...statements]) await owner.query(statement)
}

describe('the entries that are seldom', () => {
  it('are of every kind of their table, and carry what an auditor asks of them', () => {
    const all = [...entries.values()]
    const kinds = new Set(all.map(kindOf))

    expect([...new Set(all.flatMap((entry) => lacks(TABLE, entry)))]).toEqual([])
    expect(Object.keys(REQUIRED_SELDOM).filter((kind) => !kinds.has(kind))).toEqual([])
  })

  it('are of a plan that gave way to a newer one, and of one that gave way to other playbooks', () => {
    const ended = [...entries.values()].filter(({ event }) => event === 'proposal.superseded')

    expect(ended.map(({ details }) => (details as JsonObject)['changeId'] ?? null)).toEqual([
      null,
      expect.stringMatching(/^CFG-\d+$/),
    ])
  })

  it('are found wanting without any one of these members (twin)', () => {
    expect([...entries.values()].flatMap((entry) => unnoticed(TABLE, entry))).toEqual([])
  })
})
