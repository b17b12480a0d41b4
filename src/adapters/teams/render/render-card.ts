import { MOST_CARD_BLOCKS } from '../../shared/card/card-room.ts'
import { describeCard, layOutCard } from '../../shared/card/lay-out-card.ts'
import { foldButtons } from './fold-buttons.ts'
import { toAction, toFold } from './card-actions.ts'
import { inert, toContainer, toHeading } from './card-elements.ts'
import { visibleText } from '../../shared/card/visible-text.ts'
import type { CardElement } from './card-elements.ts'
import type { CardPart } from '../../shared/card/lay-out-card.ts'
import type { IncidentView } from '../../../domain/incident-view.ts'

/** A message of ours: always a card, since the text of a message would be read as mark-up. */
export interface TeamsMessage {
  readonly type: 'message'
  /** For notifications. */
  readonly summary: string
  readonly attachments: readonly [{ readonly contentType: string; readonly content: CardElement }]
}

const CARD_TYPE = 'application/vnd.microsoft.card.adaptive'

/** One card has to fit everywhere: messages of bots may be larger, but not what passes through webhooks and Graph. */
export const MOST_CARD_BYTES = 25 * 1_024

type Drawn = { readonly element: CardElement } | { readonly actions: readonly CardElement[] }

/** The one live card, as the shared layout says it. */
export function renderCard(view: IncidentView): TeamsMessage {
  const drawn = layOutCard<Drawn>(view, {
    draw,
    fits: (blocks) => bodyOf(blocks).length <= MOST_CARD_BLOCKS && sizeOf(cardOf(blocks)) <= MOST_CARD_BYTES,
    hasButtons: true,
  })
  return messageOf(describeCard(view), cardOf(drawn))
}

/** The same without buttons, for one person alone: only presses on the stored copy count. */
export function renderCardBody(view: IncidentView, maxBytes: number): readonly CardElement[] {
  const fits = (blocks: readonly Drawn[]) => sizeOf(bodyOf(blocks)) <= maxBytes
  return bodyOf(layOutCard<Drawn>(view, { draw, fits, hasButtons: false }))
}

export function messageOf(summary: string, card: CardElement): TeamsMessage {
  return {
    type: 'message',
    summary: inert(visibleText(summary, LONGEST_SUMMARY)),
    attachments: [{ contentType: CARD_TYPE, content: card }],
  }
}

const LONGEST_SUMMARY = 500

export function adaptiveCard(body: readonly CardElement[], actions: readonly CardElement[]): CardElement {
  return {
    type: 'AdaptiveCard',
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    version: '1.5',
    msteams: { width: 'Full' },
    body,
    ...(actions.length === 0 ? {} : { actions }),
  }
}

export function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value))
}

export function draw(part: CardPart): readonly Drawn[] {
  switch (part.kind) {
    case 'header':
      return [{ element: toHeading(part.text) }]
    case 'texts':
      return [{ element: toContainer(part.texts) }]
    case 'buttons':
      return [{ actions: foldButtons(part.buttons).map((one) => ('buttons' in one ? toFold(one) : toAction(one))) }]
  }
}

function bodyOf(drawn: readonly Drawn[]): readonly CardElement[] {
  return drawn.flatMap((one) => ('element' in one ? [one.element] : []))
}

export function cardOf(drawn: readonly Drawn[]): CardElement {
  return adaptiveCard(
    bodyOf(drawn),
    drawn.flatMap((one) => ('actions' in one ? one.actions : [])),
  )
}
