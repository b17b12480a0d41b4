import { answer } from './replies.ts'
import { describeStep } from '../../summaries/describe-step.ts'
import { findIncident } from './find-incident.ts'
import { listPlaybooks } from '../list-playbooks.ts'
import { parsePlaybookArguments } from './parse-verb.ts'
import { planPlaybook } from '../plan-playbook.ts'
import { proposeAndTell } from './propose-and-tell.ts'
import type { Deps } from '../dependencies.ts'
import type { PlanPlaybookInput } from '../plan-playbook.ts'
import type { Reply } from './conversation.ts'
import type { VerbCall } from './conversation-context.ts'

export async function playbooksVerb(deps: Deps, call: VerbCall): Promise<Reply> {
  const incident = await findIncident(deps, call)
  const origin = call.place.surface
  const { fits, unfit } = await listPlaybooks(deps, { incidentId: incident.id, personId: call.person.id, origin })
  const rows = [
    ...fits.map(({ playbook, reasons }) => ({
      label: `${playbook.name} fits`,
      text: [playbook.title, ...reasons].join('. '),
    })),
    ...unfit.map(({ playbook, reasons }) => ({ label: `${playbook.name} does not`, text: reasons.join(' ') })),
  ]
  const text = fits.length === 0 ? `No playbook fits ${incident.id}.` : `${fits.length} playbook(s) fit ${incident.id}.`
  return answer(text, { rows, shared: call.request.share, incidentId: incident.id })
}

export async function planVerb(deps: Deps, call: VerbCall): Promise<Reply> {
  const input = await planInput(deps, call)
  const { draft, reasons } = await planPlaybook(deps, input)
  const { plan } = draft
  const rows = [
    ...plan.steps.map((step, index) => ({ label: `${index + 1}. ${step.id}`, text: describeStep(step) })),
    { label: 'tier', text: `${plan.tier}. ${draft.tierReasons.join(' ')}` },
    { label: 'needs', text: draft.required.rules.join(' ') },
    { label: 'disturbs', text: plan.risk.disturbed.join(', ') || 'nothing' },
    { label: 'digest', text: draft.planDigest },
    ...reasons.map((reason) => ({ label: 'note', text: reason })),
  ]
  const text = `This is what ${plan.playbook.name} would do for ${input.incidentId} now. Nothing is proposed; type "run ${plan.playbook.name}" for that.`
  return answer(text, { rows, shared: call.request.share, incidentId: input.incidentId })
}

export async function runVerb(deps: Deps, call: VerbCall): Promise<Reply> {
  return proposeAndTell(deps, await planInput(deps, call), call.request.share)
}

async function planInput(deps: Deps, call: VerbCall): Promise<PlanPlaybookInput> {
  const { playbook, inputs } = parsePlaybookArguments(call.request)
  const incident = await findIncident(deps, call)
  return { incidentId: incident.id, playbook, inputs, personId: call.person.id, origin: call.place.surface }
}
