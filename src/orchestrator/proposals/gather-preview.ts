import { redactJson } from '../../audit/redact.ts'
import { askSource } from '../refresh/ask-source.ts'
import { pushedBetween } from './pushed-between.ts'
import type { ActionPreviewer } from '../../ports/action-previewer.ts'
import type { Deps } from '../dependencies.ts'
import type { JsonObject } from '../../kernel/json.ts'
import type { Plan, PlanStep } from '../../domain/plan.ts'
import type { PlanPreview, StepFacts, StepPreview } from '../../domain/plan-preview.ts'

/** For everything a previewer asks for one step; each of its calls has a shorter deadline of its own. */
const STEP_MS = 12_000

/**
 * Asks every system that a plan acts on or looks at what it would change, all at once. It never throws for a system that
 * is slow, dead or talks nonsense: that step then says what could not be read. What comes back is redacted.
 */
export async function gatherPreview(
  deps: Deps,
  plan: Plan,
  incidentId: string,
  signal: AbortSignal,
): Promise<PlanPreview> {
  const steps = await Promise.all(
    plan.steps.flatMap((step) => {
      const previewer = deps.previewers.find(({ actions }) => actions.includes(step.uses))
      return previewer === undefined ? [] : [previewStep(deps, previewer, plan, step, incidentId, signal)]
    }),
  )
  const preview = { steps: steps.filter((step) => step !== null) }
  return redactJson(preview as unknown as JsonObject).value as unknown as PlanPreview
}

async function previewStep(
  deps: Deps,
  previewer: ActionPreviewer,
  plan: Plan,
  step: PlanStep,
  incidentId: string,
  signal: AbortSignal,
): Promise<StepPreview | null> {
  const question = { incidentId, input: { uses: step.uses, with: step.with }, before: step.before }
  const answer = await askSource(deps, previewer.source, { timeoutMs: STEP_MS, signal }, (deadline) =>
    previewer.preview(question, deadline),
  )
  const facts = answer.ok ? answer.value : unreadFacts(previewer.source)
  if (facts === null) return null
  const commits = await commitsOf(deps, plan, facts)
  return { ...facts, commits, stepId: step.id, gatheredAt: deps.clock.now().toISOString() }
}

/** What pushes to Git told us is the whole list; without them the system's own answer has to do. */
async function commitsOf(deps: Deps, plan: Plan, facts: StepFacts): Promise<StepFacts['commits']> {
  const { revisions, commits } = facts
  if (revisions?.from == null || revisions.to === null) return commits
  const direction = commits?.direction ?? 'brought_in'
  return (await pushedBetween(deps, plan.service, { from: revisions.from, to: revisions.to, direction })) ?? commits
}

function unreadFacts(source: string): StepFacts {
  return {
    source,
    ...{ revisions: null, commits: null, images: null, resources: null, versions: null, invocation: null },
    ...{ paged: null, reading: null, unread: [`${source} could not be asked in time.`] },
  }
}
