import { describePreview } from '../../summaries/describe-preview.ts'
import { describeStep } from '../../summaries/describe-step.ts'
import type { PlanPreview } from '../../domain/plan-preview.ts'
import type { Proposal } from '../../domain/approval.ts'

const MOST_ROWS = 25

/** For the thread below the card: what the proposal would change, in full. Null when nothing is known beyond the card. */
export function previewText({ id, plan }: Proposal, preview: PlanPreview): string | null {
  const rows = preview.steps.flatMap((facts) => {
    const step = plan.steps.find((one) => one.id === facts.stepId)
    if (step === undefined || step.isVerification) return []
    return [
      `${describeStep(step)} (${facts.source}, ${facts.gatheredAt.slice(11, 16)} UTC):`,
      ...describePreview(facts).map(({ label, text }) => `– ${label}: ${text}`),
    ]
  })
  if (rows.length === 0) return null
  const more = rows.length - MOST_ROWS
  const shown = more > 0 ? [...rows.slice(0, MOST_ROWS), `– and ${String(more)} more`] : rows
  return [`What ${id} would change:`, ...shown].join('\n')
}
