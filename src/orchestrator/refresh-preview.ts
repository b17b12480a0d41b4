import { gatherPreview } from './proposals/gather-preview.ts'
import { previewText } from './proposals/preview-text.ts'
import type { Deps } from './dependencies.ts'
import type { PlanPreview } from '../domain/plan-preview.ts'
import type { Proposal } from '../domain/approval.ts'

const MOST_TRIES = 3
const AGAIN_MS = 15_000

/**
 * The job `proposal.preview`: finds out what a proposal's plan would change and keeps it beside the proposal. The
 * proposal stands without it; the card is refreshed with it. What could not be read is asked for twice more while the
 * proposal still waits. Run twice at once, one of the two is kept.
 */
export async function refreshPreview(
  deps: Deps,
  input: { readonly proposalId: string },
  signal: AbortSignal,
): Promise<void> {
  const proposal = await deps.stores.proposals.find(input.proposalId)
  if (proposal?.state !== 'pending') return
  const known = await deps.stores.previews.find(proposal.id)
  const tries = known?.tries ?? 0
  if (known !== undefined && (isWhole(known.preview) || tries >= MOST_TRIES)) return
  const preview = await gatherPreview(deps, proposal.plan, proposal.incidentId, signal)
  if (preview.steps.length === 0) return
  await save(deps, proposal, preview, tries)
}

async function save(deps: Deps, proposal: Proposal, preview: PlanPreview, tries: number): Promise<void> {
  const { incidentId } = proposal
  await deps.unitOfWork.run(async (stores) => {
    if (!(await stores.previews.save(proposal.id, preview, tries))) return
    await stores.outbox.append([{ kind: 'card', incidentId, priority: 'approval' }])
    const isLast = isWhole(preview) || tries + 1 >= MOST_TRIES
    if (!isLast) {
      const options = { singletonKey: proposal.id, startAfterMs: AGAIN_MS * (tries + 1) }
      await stores.jobs.enqueue('proposal.preview', { proposalId: proposal.id }, options)
      return
    }
    const text = previewText(proposal, preview)
    if (text !== null) await stores.outbox.append([{ kind: 'thread', incidentId, text, priority: 'chatter' }])
  })
}

function isWhole(preview: PlanPreview): boolean {
  return preview.steps.every((step) => step.unread.length === 0)
}
