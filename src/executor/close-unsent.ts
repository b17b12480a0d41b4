import type { Attempt } from '../domain/run.ts'
import type { JsonObject } from '../kernel/json.ts'
import { againNote } from './attempt-notes.ts'
import type { StepWork } from './next-work.ts'
import { write } from './record-outcome.ts'
import type { Progress, RunSession } from './run-session.ts'

/** Nothing left us after the intent, and the attempt is closed as that: because the process died there, or for `why`. */
export async function closeUnsent(
  session: RunSession,
  progress: Progress,
  work: StepWork & { readonly attempt: Attempt },
  why: string | null = null,
  output: JsonObject = againNote('not_sent'),
): Promise<void> {
  const detail = why ?? 'This attempt was interrupted before anything was sent.'
  const move = { to: 'failed', detail, output } as const
  await write(session, progress, work, move, {
    event: 'step.failed',
    outcome: 'failure',
    status: 'not_sent',
    text:
      why === null
        ? `Step ${work.step.id} was interrupted before anything was sent. It is tried again.`
        : `Step ${work.step.id} is not sent: ${why}`,
    run: 'running',
  })
}
