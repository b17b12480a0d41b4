import { createPublicKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { zipSync } from 'fflate'
import { buildEvidencePack } from '../audit/evidence-pack.ts'
import type { PackedPlan } from '../audit/evidence-pack.ts'
import type { Decision, Proposal } from '../domain/approval.ts'
import type { ProposalQuestion } from '../domain/question.ts'
import { NotFoundError } from '../kernel/errors.ts'
import type { Json, JsonObject } from '../kernel/json.ts'
import { bindingOf } from '../playbooks/plan-hash.ts'
import type { Database } from '../store/database.ts'
import { createDecisionStore } from '../store/decision-store.ts'
import { createIncidentStore } from '../store/incident-store.ts'
import { createQuestionStore } from '../store/question-store.ts'
import { createProposalQueries } from '../store/proposal-store.ts'

/** The same pack has the same bytes, whenever it is made. */
const MADE_AT = '2026-01-01T00:00:00'

export interface PackNeeds {
  readonly incidentId: string
  readonly entryLines: readonly string[]
  readonly checkpointLines: readonly string[]
  readonly key: KeyObject
}

/** Entries and proofs as exported, with the plans and decisions of the incident, as one ZIP. */
export async function packEvidence(db: Database, needs: PackNeeds): Promise<Uint8Array> {
  const { incidentId, entryLines, checkpointLines, key } = needs
  const incident = await createIncidentStore(db).find(incidentId)
  if (incident === undefined) throw new NotFoundError('incident', incidentId)
  const proposals = await createProposalQueries(db).listByIncident(incidentId)
  const decisions = createDecisionStore(db)
  const questions = createQuestionStore(db)
  const plans = await Promise.all(
    proposals.map(async (one) => planOf(one, await decisions.list(one.id), await questions.list(one.id))),
  )
  const sizes = checkpointLines.map((line) => (JSON.parse(line) as { size: number }).size)
  const files = buildEvidencePack(
    {
      ...{ incidentId, entryLines, checkpointLines },
      title: incident.title,
      entries: entryLines.flatMap(entryOf),
      plans: plans.sort((left, right) => (left.id < right.id ? -1 : 1)),
      checkpoints: checkpointLines.length,
      coveredTo: Math.max(0, ...sizes),
      publicKeyPem: createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString(),
      verifier: await readFile(new URL('../audit/verifier.ts', import.meta.url), 'utf8'),
    },
    key,
  )
  return zipSync(Object.fromEntries(files), { mtime: MADE_AT, level: 9 })
}

function entryOf(line: string): readonly { readonly seq: number; readonly entry: JsonObject }[] {
  const { seq, entry } = JSON.parse(line) as { seq: number; entry?: JsonObject }
  return entry === undefined ? [] : [{ seq, entry }]
}

function planOf(
  proposal: Proposal,
  decisions: readonly Decision[],
  questions: readonly ProposalQuestion[],
): PackedPlan {
  const { id, planHash, planJson, requester, state, tier } = proposal
  return {
    ...{ id, planHash, requester, state, tier },
    title: proposal.plan.playbook.title,
    bound: { plan: JSON.parse(planJson) as Json, ...bindingOf(proposal) },
    decisions: decisions.map((decision) => ({
      person: decision.personId,
      name: decision.personName,
      decision: decision.decision,
      at: decision.at.toISOString(),
      reason: decision.reason,
      planHash: decision.planHash,
      roles: decision.rolesAtTime,
      withdrawnAt: decision.withdrawnAt?.toISOString() ?? null,
    })),
    questions: questions.map(({ number, kind, step, personId, personName, at, text }) => ({
      ...{ number, kind, step: step?.stepId ?? null, person: personId, name: personName },
      ...{ at: at.toISOString(), text },
    })),
  }
}
