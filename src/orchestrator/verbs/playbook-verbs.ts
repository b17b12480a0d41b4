import { answer } from './replies.ts'
import { blastGraphOf, drawBlastGraph } from '../../domain/blast-graph.ts'
import { describeBefore } from '../../summaries/describe-before.ts'
import { describePreview } from '../../summaries/describe-preview.ts'
import { gatherPreview } from '../proposals/gather-preview.ts'
import { describeStep } from '../../summaries/describe-step.ts'
import { findIncident } from './find-incident.ts'
import { listPlaybooks } from '../list-playbooks.ts'
import { parsePlaybookArguments } from './parse-verb.ts'
import { percent } from '../../kernel/percent.ts'
import { planPlaybook } from '../plan-playbook.ts'
import { proposeAndTell } from './propose-and-tell.ts'
import type { Deps } from '../dependencies.ts'
import type { PlanPlaybookInput } from '../plan-playbook.ts'
import { findHeldFreezes, heldFreezeText } from '../proposals/find-held-freezes.ts'
import { findFreeze, freezeText, howToLift, servicesOf, servicesOfPlan } from '../proposals/mode-and-freeze.ts'
import { describeAsks, viewStepAsks } from '../view/view-step-asks.ts'
import type { Plan, PlanStep } from '../../domain/plan.ts'
import type { Incident } from '../../domain/incident.ts'
import type { PlanPreview } from '../../domain/plan-preview.ts'
import type { Reply, ReplyRow } from './conversation.ts'
import type { TargetState } from '../../domain/action.ts'
import type { VerbCall } from './conversation-context.ts'

/** Whoever asked for a plan waits for what it would change, but not for long. */
const PREVIEW_MS = 6_000
const MOST_NAMED = 12

export async function playbooksVerb(deps: Deps, call: VerbCall): Promise<Reply> {
  const incident = await findIncident(deps, call)
  const origin = call.place.surface
  const { fits, unfit } = await listPlaybooks(deps, { incidentId: incident.id, personId: call.person.id, origin })
  const rows = [
    ...fits.map(({ playbook, confidence, reasons }) => ({
      label: `${playbook.name} fits`,
      text: [playbook.title, ...reasons, `It would help with ${percent(confidence)}`].map(asSentence).join(' '),
    })),
    ...unfit.map(({ playbook, reasons }) => ({ label: `${playbook.name} does not`, text: reasons.join(' ') })),
  ]
  const what = fits.length === 1 ? '1 playbook fits' : `${fits.length === 0 ? 'No' : fits.length} playbooks fit`
  return answer(`${what} ${incident.id}.${await whyNotNow(deps, incident, [])}`, {
    rows,
    shared: call.request.share,
    incidentId: incident.id,
  })
}

export async function planVerb(deps: Deps, call: VerbCall): Promise<Reply> {
  const input = await planInput(deps, call)
  const { draft, reasons } = await planPlaybook(deps, input)
  const { plan } = draft
  const preview = await gatherPreview(deps, plan, input.incidentId, AbortSignal.timeout(PREVIEW_MS))
  const incident = await deps.stores.incidents.find(input.incidentId)
  const rows = [
    ...plan.steps.map((step, index) => ({ label: `${index + 1}. ${step.id}`, text: describeStep(step) })),
    { label: 'tier', text: `${plan.tier}. ${draft.tierReasons.join(' ')}` },
    { label: 'needs', text: draft.required.rules.join(' ') },
    ...plan.steps.flatMap((step) => asksRows(deps, input.personId, plan, step)),
    ...plan.steps.flatMap((step) => previewRows(step.id, step.before, preview)),
    {
      label: 'disturbs',
      text: drawBlastGraph(blastGraphOf(deps.catalog, plan.risk.disturbed), MOST_NAMED) || 'nothing',
    },
    ...plan.steps.flatMap(({ undo }) =>
      undo === null ? [] : [{ label: 'undo', text: describeStep({ ...undo, before: null }) }],
    ),
    ...(incident === undefined ? [] : await frozenRows(deps, incident, plan)),
    { label: 'digest', text: draft.planDigest },
    ...reasons.map((reason) => ({ label: 'note', text: reason })),
  ]
  const held = incident === undefined ? '' : await whyNotNow(deps, incident, servicesOfPlan(deps, incident, plan))
  const next = held === '' ? ` Type "run ${plan.playbook.name}" for that.` : held
  const text = `This is what ${plan.playbook.name} would do for ${input.incidentId} now. Nothing is proposed.${next}`
  return answer(text, { rows, shared: call.request.share, incidentId: input.incidentId })
}

/** What holds it, and what holds its undo alone, which nobody would be told when they press. */
async function frozenRows(deps: Deps, incident: Incident, plan: Plan): Promise<readonly ReplyRow[]> {
  const freezes = await findHeldFreezes(deps, incident, plan)
  return freezes.map((freeze) => ({ label: 'frozen', text: heldFreezeText(incident, freeze) }))
}

/** Who would have to approve in its middle; the requester is whoever asks for the plan. */
function asksRows(deps: Deps, requester: string, plan: Plan, step: PlanStep): readonly ReplyRow[] {
  const facts = { plan, catalog: deps.catalog, requester, people: deps.directory.list(), commander: null }
  const asks = viewStepAsks(step, facts)
  return asks === null ? [] : [{ label: `${step.id} needs`, text: describeAsks(asks) }]
}

function previewRows(stepId: string, before: TargetState | null, preview: PlanPreview): readonly ReplyRow[] {
  const facts = preview.steps.find((step) => step.stepId === stepId)
  const was = describeBefore(before)
  return [
    ...(was === '' ? [] : [{ label: `${stepId} before`, text: was }]),
    ...(facts === undefined ? [] : describePreview(facts)).map(({ label, text }) => ({
      label: `${stepId} ${label}`,
      text,
    })),
  ]
}

export async function runVerb(deps: Deps, call: VerbCall): Promise<Reply> {
  return proposeAndTell(deps, await planInput(deps, call), call.request.share)
}

/** What would be refused if it were proposed now is said before somebody tries. */
async function whyNotNow(deps: Deps, incident: Incident, services: readonly string[]): Promise<string> {
  if (incident.state === 'resolved') return ` ${incident.id} is resolved: reopen it before you run one.`
  const { environment } = incident
  const freeze = await findFreeze(deps, deps.stores, {
    services: [...servicesOf(incident, null), ...services],
    environment,
  })
  return freeze === undefined ? '' : ` ${freezeText(freeze)} Nothing runs until then. ${howToLift(freeze)}`
}

function asSentence(text: string): string {
  return `${text.replace(/[.\s]+$/, '')}.`
}

async function planInput(deps: Deps, call: VerbCall): Promise<PlanPlaybookInput> {
  const { playbook, inputs } = parsePlaybookArguments(call.request)
  const incident = await findIncident(deps, call)
  return { incidentId: incident.id, playbook, inputs, personId: call.person.id, origin: call.place.surface }
}
