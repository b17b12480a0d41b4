import { createPublicKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { zipSync } from 'fflate'
import { buildEvidencePack } from '../audit/evidence-pack.ts'
import type { PackedPlan } from '../audit/evidence-pack.ts'
import { redactJson, redactText } from '../audit/redact.ts'
import type { RedactionOptions } from '../audit/redact.ts'
import type { Proposal } from '../domain/approval.ts'
import { NotFoundError } from '../kernel/errors.ts'
import type { Json, JsonObject } from '../kernel/json.ts'
import { bindingOf } from '../playbooks/plan-hash.ts'
import type { Database } from '../store/database.ts'
import { createIncidentStore } from '../store/incident-store.ts'
import { createProposalQueries } from '../store/proposal-store.ts'

/** The same pack has the same bytes, whenever it is made. */
const MADE_AT = '2026-01-01T00:00:00'

export interface PackNeeds extends RedactionOptions {
  readonly incidentId: string
  readonly entryLines: readonly string[]
  readonly checkpointLines: readonly string[]
  readonly key: KeyObject
}

export interface Packed {
  readonly zip: Uint8Array
  /** Where the database and the log do not say the same, one sentence each. */
  readonly warnings: readonly string[]
}

/**
 * Entries and proofs as exported, with the plans that they tell of, as one ZIP. Who decided and what came of it is taken
 * from the entries: tables can be changed. Of the database come title and plans alone, and a plan is proven by its hash.
 */
export async function packEvidence(db: Database, needs: PackNeeds): Promise<Packed> {
  const { incidentId, entryLines, checkpointLines, key } = needs
  const incident = await createIncidentStore(db).find(incidentId)
  if (incident === undefined) throw new NotFoundError('incident', incidentId)
  const entries = entryLines.flatMap(entryOf)
  const stored = await createProposalQueries(db).listByIncident(incidentId)
  const plans = stored.filter(({ id }) => entries.some(({ entry }) => entry['proposalId'] === id))
  const sizes = checkpointLines.map((line) => (JSON.parse(line) as { size: number }).size)
  const files = buildEvidencePack(
    {
      ...{ incidentId, entryLines, checkpointLines, entries },
      title: redactText(incident.title, needs).value,
      plans: plans.map((plan) => planOf(plan, needs)).sort((left, right) => (left.id < right.id ? -1 : 1)),
      checkpoints: checkpointLines.length,
      coveredTo: Math.max(0, ...sizes),
      publicKeyPem: createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString(),
      verifier: await readFile(new URL('../audit/verifier.ts', import.meta.url), 'utf8'),
    },
    key,
  )
  const zip = zipSync(Object.fromEntries(files), { mtime: MADE_AT, level: 9 })
  return { zip, warnings: warningsOf(entries, stored) }
}

interface Numbered {
  readonly seq: number
  readonly entry: JsonObject
}

function entryOf(line: string): readonly Numbered[] {
  const { seq, entry } = JSON.parse(line) as { seq: number; entry?: JsonObject }
  return entry === undefined ? [] : [{ seq, entry }]
}

function planOf(proposal: Proposal, options: RedactionOptions): PackedPlan {
  const { id, planHash, planJson, requester, state, tier } = proposal
  const bound = { plan: JSON.parse(planJson) as Json, ...bindingOf(proposal) } as unknown as JsonObject
  const { value, count, rules } = redactJson(bound, options)
  return {
    ...{ id, planHash, requester, state, tier, bound: value },
    title: redactText(proposal.plan.playbook.title, options).value,
    ...(count === 0 ? {} : { redactions: { count, rules } }),
  }
}

function warningsOf(entries: readonly Numbered[], stored: readonly Proposal[]): readonly string[] {
  const onLog = new Map<string, Json | undefined>()
  for (const { entry } of entries) {
    const { proposalId, planHash } = entry
    if (typeof proposalId === 'string' && !onLog.has(proposalId)) onLog.set(proposalId, planHash)
  }
  const silent = stored.filter(({ id }) => !onLog.has(id)).map(({ id }) => id)
  const other = stored.filter(({ id, planHash }) => onLog.has(id) && onLog.get(id) !== planHash).map(({ id }) => id)
  const gone = [...onLog.keys()].filter((id) => stored.every((proposal) => proposal.id !== id))
  return [
    ...silent.map((id) => `No entry here tells of ${id}: it is archived, or was removed. The pack is without it.`),
    ...other.map((id) => `${id} in the database is not the plan that the log tells of: the pack will not verify.`),
    ...gone.map((id) => `The log tells of ${id}, and the database has no such plan: the pack will not verify.`),
  ]
}
