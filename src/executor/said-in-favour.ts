import type { GlassBreak } from '../domain/glass-break.ts'
import type { RunReading } from '../ports/run-reading-store.ts'
import type { Said } from './ask-standings.ts'
import type { EarlierApprovals } from './earlier-approvals.ts'

/** What the next step stands on: the press of an undo, or the approvals of plan and steps, or the broken glass. */
export function saidInFavour(
  { run, decisions }: Pick<RunReading, 'run' | 'decisions'>,
  { stepDecisions }: EarlierApprovals,
  glass: GlassBreak | null,
): readonly Said[] {
  if (run.direction === 'undo') {
    return run.undoRequest === null ? [] : [{ personId: run.undoRequest.by, surface: run.undoRequest.from }]
  }
  const approvals = [...decisions, ...stepDecisions].filter(
    ({ decision, withdrawnAt }) => decision === 'approve' && withdrawnAt === null,
  )
  return glass === null ? approvals : [...approvals, glass]
}
