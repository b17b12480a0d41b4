import type { AuditRecord } from '../domain/audit-entry.ts'
import type { Attempt } from '../domain/run.ts'
import type { AttemptMove } from '../ports/ledger-store.ts'
import { canonicalJson } from '../kernel/canonical-json.ts'
import type { JsonObject } from '../kernel/json.ts'
import { sha256Hex } from '../kernel/sha256.ts'
import type { StepWork } from './next-work.ts'

/** What the connector made of the target's answer; `not_sent` when there was none to make anything of. */
export type ResponseStatus = 'done' | 'failed' | 'pending' | 'not_executed' | 'unknown' | 'not_sent'

const ERROR_CLASS: Readonly<Partial<Record<ResponseStatus, string>>> = {
  failed: 'target_failed',
  not_executed: 'target_refused',
  unknown: 'answer_lost',
  not_sent: 'interrupted',
}

type OutcomeFields = Pick<AuditRecord, 'reasonCode' | 'errorClass' | 'verification'> & {
  readonly response: Pick<NonNullable<AuditRecord['execution']>, 'responseStatus' | 'responseHash' | 'durationMs'>
}

/** Fields 8, 14 and 15 of the entry that says what came of an attempt. `now` is this replica's time. */
export function outcomeFields(
  { step, attempt }: StepWork & { readonly attempt: Attempt },
  move: AttemptMove,
  status: ResponseStatus,
  now: Date,
): OutcomeFields {
  const sentAt = attempt.sentAt ?? attempt.intendedAt
  const answer: JsonObject = { output: move.output ?? null, after: move.after ?? null, detail: move.detail }
  return {
    reasonCode: status,
    ...(ERROR_CLASS[status] === undefined ? {} : { errorClass: ERROR_CLASS[status] }),
    ...verificationOf(step, move, status, now),
    response: {
      responseStatus: status,
      responseHash: sha256Hex(canonicalJson(answer)),
      durationMs: Math.max(0, now.getTime() - sentAt.getTime()),
    },
  }
}

/** A check says what it expected and saw; an effect, in which state it left its target. */
function verificationOf(
  step: StepWork['step'],
  move: AttemptMove,
  status: ResponseStatus,
  now: Date,
): Pick<AuditRecord, 'verification'> {
  if (!step.description.isVerification || (status !== 'done' && status !== 'failed')) return {}
  const observed: JsonObject = { holds: status === 'done', detail: move.detail, ...move.output }
  return { verification: { expected: step.args, observed, observedAt: now.toISOString() } }
}
