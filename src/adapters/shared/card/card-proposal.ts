import { WITH_AGO, bold, bullets, code, numbered, richText, section, text, time } from './card-text.ts'
import { nameSome, someOf } from './card-room.ts'
import { drawBlastGraph } from '../../../domain/blast-graph.ts'
import { visibleLine } from './visible-text.ts'
import type { CardRoom } from './card-room.ts'
import type { IncidentView, PlanStepView, ProposalView, StepAsksView } from '../../../domain/incident-view.ts'
import type { Inline, CardText } from './card-text.ts'

/** True while people still have to look at the plan itself; afterwards the run tells what is done. */
function isBeforeRun(view: IncidentView, proposal: ProposalView): boolean {
  if (proposal.state === 'pending') return true
  return proposal.state === 'approved' && view.run?.proposalId !== proposal.id
}

/**
 * What an approval signs, from the plan alone: no sentence of a model stands here. Ids and the beginning of the hash
 * are what `approve` takes when it is typed.
 */
export function renderProposal(view: IncidentView, room: CardRoom): readonly CardText[] {
  const { proposal } = view
  if (proposal === null) return []
  const title = [bold(`${proposal.id} `), text(visibleLine(proposal.playbookTitle, room.line)), text(' · plan ')]
  const head = section(...title, code(hashPrefix(proposal.planHash)))
  return isBeforeRun(view, proposal) ? richText(head, ...planOf(proposal, room, view.consoleUrl)) : richText(head)
}

export function hashPrefix(planHash: string): string {
  return planHash.slice(0, 8)
}

function planOf(proposal: ProposalView, room: CardRoom, consoleUrl: string | null): readonly CardText[] {
  const { shown, more } = someOf(proposal.steps, room.steps)
  const rest =
    more === 0
      ? []
      : [
          section(
            text(`and ${String(more)} more steps: read the whole plan ${wherePlanIs(consoleUrl)} before you approve.`),
          ),
        ]
  return [
    section(bold('Runs')),
    ...numbered(shown.map((step) => describeStep(step, room))),
    ...rest,
    ...bullets([
      ...labelled('Changes ', changes(proposal, room)),
      ...labelled('Before ', stateBefore(proposal, room)),
      [bold('Disturbs '), text(disturbed(proposal, room))],
      [bold(`Tier ${String(proposal.tier)} `), text(tierReasons(proposal, room))],
      [bold('Undo '), text(undoOf(proposal, room))],
      [bold('Why '), text(whyThis(proposal, room))],
      [bold('Expires '), time(proposal.expiresAt, WITH_AGO)],
    ]),
  ]
}

/** A line only where there is something to say. */
function labelled(label: string, said: string): readonly (readonly Inline[])[] {
  return said === '' ? [] : [[bold(label), text(said)]]
}

function wherePlanIs(consoleUrl: string | null): string {
  return consoleUrl === null ? 'with "plan"' : 'in the console'
}

function describeStep(step: PlanStepView, room: CardRoom): readonly Inline[] {
  const sentence = visibleLine(step.sentence, room.line)
  // The sentence of a check holds all of it already, a long query among it.
  if (step.isVerification) return [text(`${sentence}${readingNow(step)}`)]
  if (step.asks !== null) return [text(`${sentence}; ${describeAsks(step.asks, room)}`)]
  return [text(`${sentence} `), code(`${step.uses} on ${visibleLine(step.target, room.detail)}`)]
}

/** Who has to approve there before anything behind it runs. */
function describeAsks({ tier, rules, canApprove }: StepAsksView, room: CardRoom): string {
  const names = canApprove.map((name) => visibleLine(name, 60))
  const who = names.length === 0 ? 'Nobody in the directory can.' : `Can now: ${nameSome(names, room.names)}.`
  return visibleLine(`tier ${String(tier)}. ${rules.join(' ')} ${who}`, room.line)
}

/** What a check measures before anything is done. */
function readingNow({ preview }: PlanStepView): string {
  const reading = preview?.rows.find(({ label }) => label === 'now')
  return reading === undefined ? '' : `; now ${visibleLine(reading.text, 60)}`
}

/** What the steps would change, as found out beside the plan; all of it stands in the thread and in the console. */
function changes({ steps }: ProposalView, room: CardRoom): string {
  const effects = steps.filter((step) => !step.isVerification)
  const known = effects.flatMap(({ preview }) => (preview === null || preview.short === '' ? [] : [preview.short]))
  return known.length === 0 ? '' : visibleLine(known.join('; '), room.line)
}

function stateBefore({ steps }: ProposalView, room: CardRoom): string {
  const states = steps.flatMap(({ beforeText }) => (beforeText === '' ? [] : [beforeText]))
  return visibleLine([...new Set(states)].join('; '), room.detail)
}

function disturbed(proposal: ProposalView, room: CardRoom): string {
  const drawn = visibleLine(drawBlastGraph(proposal.blast, room.names), room.line)
  return drawn === '' ? 'no other service' : drawn
}

function tierReasons(proposal: ProposalView, room: CardRoom): string {
  return proposal.tierReasons
    .slice(0, room.reasons)
    .map((reason) => visibleLine(reason, room.detail))
    .join(' ')
}

function undoOf(proposal: ProposalView, room: CardRoom): string {
  const undo = proposal.steps.flatMap((step) => (step.undo === null ? [] : [visibleLine(step.undo, room.detail)]))
  if (undo.length > 0) return `${nameSome(undo.toReversed(), room.reasons)}; one approver presses`
  return proposal.reversible ? 'by hand; the playbook has no undo steps' : 'not possible'
}

function whyThis(proposal: ProposalView, room: CardRoom): string {
  const asked = `Proposed by ${visibleLine(proposal.requesterName, 60)}.`
  const reasons = proposal.reasons.slice(0, room.reasons).map((reason) => visibleLine(reason, room.detail))
  return [asked, ...reasons].join(' ')
}
