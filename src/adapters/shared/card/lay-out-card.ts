import { CARD_ROOMS, LAST_CARD_ROOM } from './card-room.ts'
import { hashPrefix } from './card-proposal.ts'
import { renderFacts, renderHeader, renderImpact, renderNext } from './card-head.ts'
import { renderButtons } from './card-buttons.ts'
import { renderCause } from './card-cause.ts'
import { renderDecisions } from './card-decisions.ts'
import { renderFeedback } from './card-feedback.ts'
import { renderLinks, renderNotices } from './card-notices.ts'
import { renderProposal } from './card-proposal.ts'
import { renderRun } from './card-run.ts'
import type { CardButton } from './card-buttons.ts'
import type { CardRoom } from './card-room.ts'
import type { CardText } from './card-text.ts'
import type { IncidentView } from '../../../domain/incident-view.ts'

/** One block of a card, in the order in which it is read. */
export type CardPart =
  | { readonly kind: 'header'; readonly text: string }
  | { readonly kind: 'texts'; readonly texts: readonly CardText[] }
  | { readonly kind: 'buttons'; readonly buttons: readonly CardButton[] }

/** How one surface draws a part, and when that is too much for it. */
export interface CardDrawing<Block> {
  readonly draw: (part: CardPart) => readonly Block[]
  readonly fits: (blocks: readonly Block[]) => boolean
  /** A card shown to one person alone has no buttons: only presses on the stored copy count. */
  readonly hasButtons: boolean
}

interface WeightedPart {
  readonly part: CardPart
  /** What is left out first when nothing else helps; 0 always stays. */
  readonly dispensable: number
}

/**
 * The one live card, laid out for a surface with a limit: drawn with less and less room until it fits; should that not
 * do, whole parts go, but never the plan, the decisions or the buttons; those get less room still.
 */
export function layOutCard<Block>(view: IncidentView, drawing: CardDrawing<Block>): readonly Block[] {
  let parts: readonly WeightedPart[] = []
  for (const room of CARD_ROOMS) {
    parts = partsOf(view, room, drawing.hasButtons)
    const blocks = blocksOf(parts, drawing)
    if (drawing.fits(blocks)) return blocks
  }
  for (const level of [4, 3, 2, 1]) {
    parts = parts.filter((part) => part.dispensable < level)
    const blocks = blocksOf(parts, drawing)
    if (drawing.fits(blocks)) return blocks
  }
  const rest = partsOf(view, LAST_CARD_ROOM, drawing.hasButtons).filter(({ dispensable }) => dispensable === 0)
  return blocksOf(rest, drawing)
}

function partsOf(view: IncidentView, room: CardRoom, hasButtons: boolean): readonly WeightedPart[] {
  const texts = (dispensable: number, said: readonly CardText[]): readonly WeightedPart[] =>
    said.length === 0 ? [] : [{ part: { kind: 'texts', texts: said }, dispensable }]
  const buttons = hasButtons ? renderButtons(view) : []
  return [
    { part: { kind: 'header', text: renderHeader(view) }, dispensable: 0 },
    ...texts(0, renderNext(view, room)),
    ...texts(0, renderFacts(view, room)),
    ...texts(3, renderImpact(view, room)),
    ...texts(2, renderCause(view, room)),
    ...texts(0, renderProposal(view, room)),
    ...texts(0, renderDecisions(view, room)),
    ...texts(1, renderRun(view, room)),
    ...texts(1, renderNotices(view, room)),
    ...texts(1, renderFeedback(view, room)),
    ...(buttons.length === 0 ? [] : [{ part: { kind: 'buttons', buttons } as const, dispensable: 0 }]),
    ...texts(4, renderLinks(view, room)),
  ]
}

function blocksOf<Block>(parts: readonly WeightedPart[], drawing: CardDrawing<Block>): readonly Block[] {
  return parts.flatMap(({ part }) => drawing.draw(part))
}

/** The card for who hears it or reads it in a notification: the facts, whatever a model says, and what `approve` takes. */
export function describeCard(view: IncidentView): string {
  const { id, severity, state, facts, proposal } = view
  const plan = proposal?.state === 'pending' ? [`Plan ${hashPrefix(proposal.planHash)}.`] : []
  return [`${id} ${severity} (${state}).`, ...facts.map(({ text }) => text), ...plan].join(' ')
}
