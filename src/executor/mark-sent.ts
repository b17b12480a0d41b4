import type { SealedLeaf } from '../domain/audit-entry.ts'
import type { Attempt } from '../domain/run.ts'
import { StaleError } from '../kernel/errors.ts'
import type { Work } from './next-work.ts'
import { crashClassOf } from './prepare-step.ts'
import type { Progress, RunSession } from './run-session.ts'
import { stepRecordOf } from './tell.ts'

type Send = Extract<Work, { kind: 'send' }>

/** undefined when the kill switch was thrown since the intent: the next look closes the attempt as never sent. */
export async function markSent(
  session: RunSession,
  progress: Progress,
  work: Send,
  intended: Attempt,
): Promise<Attempt | undefined> {
  const { deps, held } = session
  const leaf = sentLeafOf(session, progress, work, intended)
  try {
    return await deps.stores.ledger.move(held.lease, intended, { to: 'sent', detail: 'sent' }, leaf)
  } catch (error) {
    if (error instanceof StaleError && error.code === 'frozen') return undefined
    throw error
  }
}

/**
 * Whether it is marked as sent in the moment of its intent. After a crash an idempotent effect is sent again under its
 * key, whether or not it had left us, so a mark of its own would wait for the disk and decide nothing.
 */
export function isSentWithIntent({ step }: Send): boolean {
  const { isVerification, looksAgain } = step.description
  return !isVerification && looksAgain !== true && crashClassOf(step) === 'idempotent'
}

export function sentLeafOf(
  { deps }: RunSession,
  progress: Progress,
  work: Send,
  attempt: Parameters<typeof stepRecordOf>[4],
): SealedLeaf {
  const record = stepRecordOf(progress, 'step.sent', 'success', work, attempt, {})
  return deps.seal({ ...record, states: { attempt: 'sent' } })
}
