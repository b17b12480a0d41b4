import { DECLARE_ACTION, LINK_ACTION } from './action-ids.ts'
import { WITH_AGO, bold, bullets, dotted, richText, section, text, time } from '../../shared/card/card-text.ts'
import { plainText } from './form-fields.ts'
import { toRichText } from './to-blocks.ts'
import { visibleLine } from '../../shared/card/visible-text.ts'
import type { HomeAnswer, HomeItem } from '../../../orchestrator/index.ts'
import type { IncidentView, ProposalView } from '../../../domain/incident-view.ts'
import type { Inline } from '../../shared/card/card-text.ts'
import type { types } from '@slack/bolt'

/** Slack takes 100 blocks here; each proposal takes two and all incidents one. */
const MOST_AWAITING = 20
const MOST_LISTED = 50

/**
 * What one person opens the app for: what waits for their approval, and what else is open. Nothing here decides: a press
 * counts on the card alone, so each proposal leads to its own.
 */
export function renderHome(answer: HomeAnswer, linkTo: (incidentId: string) => string | null): types.HomeView {
  if (answer.kind === 'refused') {
    return { type: 'home', blocks: [...toRichText([section(text(visibleLine(answer.reply.text, 1_000)))])] }
  }
  const { awaiting, open, more } = answer.home
  const shown = awaiting.slice(0, MOST_AWAITING)
  return {
    type: 'home',
    blocks: [
      header(awaiting.length === 0 ? 'Nothing waits for you' : `Waiting for your approval: ${awaiting.length}`),
      ...shown.flatMap((item, index) => proposalBlocks(item.view, linkTo(item.view.id), index)),
      { type: 'divider' },
      header(open.length + more === 0 ? 'No incident is open' : `Open incidents: ${open.length + more}`),
      ...openBlocks(open, more),
      { type: 'actions', elements: [declareButton()] },
    ],
  }
}

function header(words: string): types.HeaderBlock {
  return { type: 'header', text: plainText(words) }
}

function proposalBlocks(view: IncidentView, address: string | null, index: number): readonly types.KnownBlock[] {
  const { proposal } = view
  if (proposal === null) return []
  const blocks = toRichText(richText(section(...dotted(headOf(view))), section(...askOf(proposal))))
  if (address === null) {
    return [...blocks, ...toRichText([section(text('Its card stands in the channel of the incident.'))])]
  }
  const open: types.Button = {
    type: 'button',
    action_id: `${LINK_ACTION}-${String(index)}`,
    text: plainText('Open the card'),
    url: address,
  }
  return [...blocks, { type: 'actions', elements: [open] }]
}

function headOf(view: IncidentView): readonly (readonly Inline[])[] {
  const service = view.service === null ? '' : `${visibleLine(view.service, 60)}: `
  const symptom = visibleLine(view.symptom, 120) || visibleLine(view.title, 120)
  return [[bold(view.id)], [text(view.severity)], [text(view.state)], [text(`${service}${symptom}`)]]
}

function askOf(proposal: ProposalView): readonly Inline[] {
  const { id, tier, required, approvalsCounted, expiresAt } = proposal
  const counted = `${String(approvalsCounted)} of ${String(required.approvals)} approvals`
  const title = visibleLine(proposal.playbookTitle, 150)
  return [text(`${id}, ${title} (tier ${String(tier)}, ${counted}), expires `), time(expiresAt, WITH_AGO)]
}

function openBlocks(open: readonly HomeItem[], more: number): readonly types.KnownBlock[] {
  const items = open
    .slice(0, MOST_LISTED)
    .map(({ view }) => dotted([...headOf(view), [text('since '), time(view.onsetAt, WITH_AGO)]]))
  const hidden = more + Math.max(0, open.length - MOST_LISTED)
  const rest = hidden === 0 ? [] : [section(text(`and ${String(hidden)} more`))]
  return toRichText(richText(...bullets(items), ...rest))
}

function declareButton(): types.Button {
  return { type: 'button', action_id: DECLARE_ACTION, text: plainText('Declare an incident') }
}
