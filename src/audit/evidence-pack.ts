import { sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { canonicalJson } from '../kernel/canonical-json.ts'
import type { JsonObject } from '../kernel/json.ts'
import { sha256Hex } from '../kernel/sha256.ts'
import { renderEvidencePage } from './evidence-page.ts'
import type { EvidencePageFacts, EvidencePlan } from './evidence-page.ts'
import { approvalsIn, outcomesIn, printPackFile } from './verifier.ts'

export interface PackedPlan extends EvidencePlan {
  /** What an approval signed: the plan with what it is bound to. SHA-256("bot-plan-v1" ‖ canonical JSON) is its hash. */
  readonly bound: JsonObject
  /** What was taken out of it, by which the hash cannot be computed any more. */
  readonly redactions?: { readonly count: number; readonly rules: readonly string[] }
}

export interface EvidenceFacts extends Omit<EvidencePageFacts, 'plans' | 'approvals'> {
  /** As exported: with proofs. */
  readonly entryLines: readonly string[]
  readonly checkpointLines: readonly string[]
  readonly plans: readonly PackedPlan[]
  readonly publicKeyPem: string
  /** The text of src/audit/verifier.ts. */
  readonly verifier: string
}

/** Equal facts give equal bytes: nothing here asks a clock, and Ed25519 signs the same to the same. */
export function buildEvidencePack(facts: EvidenceFacts, key: KeyObject): ReadonlyMap<string, Uint8Array> {
  const approvals = approvalsIn(facts.entries)
  const files = new Map<string, string>([
    ['README.txt', readmeOf(facts.incidentId)],
    ['approvals.json', printPackFile(approvals)],
    ['audit.pub', facts.publicKeyPem],
    ['checkpoints.jsonl', joined(facts.checkpointLines)],
    ['entries.jsonl', joined(facts.entryLines)],
    ['evidence.html', renderEvidencePage({ ...facts, approvals })],
    ['outcomes.json', printPackFile(outcomesIn(facts.entries))],
    ...facts.plans.map(({ id, planHash, bound, redactions }): [string, string] => [
      `plans/${id}.json`,
      printPackFile({ bound, planHash, redactions }),
    ]),
    ['verifier.ts', facts.verifier],
  ])
  const encoded = new Map([...files].sort().map(([name, text]) => [name, new TextEncoder().encode(text)] as const))
  const hashes = Object.fromEntries([...encoded].map(([name, bytes]) => [name, sha256Hex(bytes)]))
  const manifest = { incident: facts.incidentId, files: hashes }
  const signature = sign(null, Buffer.from(canonicalJson(manifest)), key).toString('base64')
  return new Map([...encoded, ['manifest.json', new TextEncoder().encode(printPackFile({ ...manifest, signature }))]])
}

const joined = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('')

function readmeOf(incidentId: string): string {
  return `Evidence of ${incidentId}, from the audit log of Countersign.

To check it, with Node.js 22.18 or later, without a network and without anything else of Countersign:

  node verifier.ts --pack . --key audit.pub

It exits 0 when every file is as it was exported, every entry is proven to be in the log, and plans, approvals and
outcomes are those that the entries tell of; 1 naming what is not.
audit.pub came with this pack. Use the copy that you were given on another way, and your own copy of verifier.ts:
then nobody who changed the pack can have changed them too. A checkpoint line from the incident's channel is
compared with --line "Audit checkpoint: ...".

entries.jsonl       every entry of the incident, each with its proof (RFC 6962)
checkpoints.jsonl   the signed checkpoints that the proofs lead to
plans/              each plan as it was approved: canonical JSON and its hash; one that holds a secret says so
approvals.json      who decided on which hash, when, in which role; what was asked and answered; by entry
outcomes.json       what was sent and what came back, by entry
evidence.html       the same for people; it loads nothing and runs nothing
manifest.json       SHA-256 of every file, signed with the key of the log

A pack proves that these entries are in the log. That no other one is missing is proven by an export of the whole log.
`
}
