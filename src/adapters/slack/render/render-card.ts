import { CARD_ROOMS, MOST_CARD_BLOCKS, MOST_CARD_CHARACTERS } from './card-room.ts'
import { fallbackText } from './fallback-text.ts'
import { hashPrefix } from './card-proposal.ts'
import { headline, renderFacts, renderHeader, renderImpact } from './card-head.ts'
import { renderButtons } from './card-buttons.ts'
import { renderCause } from './card-cause.ts'
import { renderDecisions } from './card-decisions.ts'
import { renderLinks, renderNotices } from './card-notices.ts'
import { renderProposal } from './card-proposal.ts'
import { renderRun } from './card-run.ts'
import type { CardRoom } from './card-room.ts'
import type { IncidentView } from '../../../domain/incident-view.ts'
import type { types } from '@slack/bolt'

export interface SlackMessage {
  /** For notifications and screen readers. */
  readonly text: string
  readonly blocks: types.KnownBlock[]
}

export interface CardOptions {
  /** A card shown to one person alone has no buttons: only presses on the stored copy count. */
  readonly hasButtons: boolean
  readonly maxCharacters?: number
}

interface CardPart {
  readonly blocks: readonly types.KnownBlock[]
  /** What is left out first when nothing else helps; 0 always stays. */
  readonly dispensable: number
}

/**
 * The one live card: at most 12 blocks and 10,000 characters, whatever the view holds. Rendered with less and less
 * room until it fits; should that not do, whole parts go, but never the plan, the decisions or the buttons.
 */
export function renderCard(view: IncidentView, options: CardOptions = { hasButtons: true }): SlackMessage {
  const text = fallbackText(describeCard(view))
  const limit = options.maxCharacters ?? MOST_CARD_CHARACTERS
  let parts: readonly CardPart[] = []
  for (const room of CARD_ROOMS) {
    parts = partsOf(view, room, options)
    const blocks = blocksOf(parts)
    if (fits(blocks, limit)) return { text, blocks }
  }
  for (const level of [4, 3, 2, 1]) {
    parts = parts.filter((part) => part.dispensable < level)
    const blocks = blocksOf(parts)
    if (fits(blocks, limit)) return { text, blocks }
  }
  return { text, blocks: blocksOf(parts) }
}

function partsOf(view: IncidentView, room: CardRoom, options: CardOptions): readonly CardPart[] {
  return [
    { blocks: [renderHeader(view)], dispensable: 0 },
    { blocks: renderFacts(view, room), dispensable: 0 },
    { blocks: renderImpact(view, room), dispensable: 3 },
    { blocks: renderCause(view, room), dispensable: 2 },
    { blocks: renderProposal(view, room), dispensable: 0 },
    { blocks: renderDecisions(view, room), dispensable: 0 },
    { blocks: renderRun(view, room), dispensable: 1 },
    { blocks: renderNotices(view, room), dispensable: 1 },
    { blocks: options.hasButtons ? renderButtons(view) : [], dispensable: 0 },
    { blocks: renderLinks(view, room), dispensable: 4 },
  ]
}

function blocksOf(parts: readonly CardPart[]): types.KnownBlock[] {
  return parts.flatMap((part) => [...part.blocks])
}

function fits(blocks: readonly types.KnownBlock[], maxCharacters: number): boolean {
  return blocks.length <= MOST_CARD_BLOCKS && JSON.stringify(blocks).length <= maxCharacters
}

/** The card in a line or three, for who hears it or reads it in a notification. */
function describeCard(view: IncidentView): string {
  const { proposal } = view
  const facts = view.summary.sentences.slice(0, 3).map((sentence) => sentence.text)
  const asks =
    proposal?.state === 'pending'
      ? [`Proposed: ${proposal.playbookTitle} (${proposal.id}, plan ${hashPrefix(proposal.planHash)}).`]
      : []
  return [`${view.id} ${headline(view, 200)} (${view.state}).`, ...facts, ...asks].join(' ')
}
