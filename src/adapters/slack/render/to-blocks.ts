import { encodeButton } from '../../shared/card/button-value.ts'
import { utcTime } from '../../shared/card/card-text.ts'
import type { CardButton } from '../../shared/card/card-buttons.ts'
import type { CardPart } from '../../shared/card/lay-out-card.ts'
import type { CardText, Inline, TimeStyle } from '../../shared/card/card-text.ts'
import type { types } from '@slack/bolt'

type RichPart = types.RichTextBlock['elements'][number]

/** One part of a card, or one text, as Block Kit. */
export function toBlocks(part: CardPart): readonly types.KnownBlock[] {
  switch (part.kind) {
    case 'header':
      return [{ type: 'header', text: { type: 'plain_text', text: part.text, emoji: false } }]
    case 'texts':
      return toRichText(part.texts)
    case 'buttons':
      return [{ type: 'actions', elements: part.buttons.map(toButton) }]
  }
}

/**
 * Everything that is not a button stands in rich text: its text elements show what they are given, letter by letter.
 * One block, or none when nothing is to be said.
 */
export function toRichText(texts: readonly CardText[]): readonly types.RichTextBlock[] {
  const elements = texts.flatMap(toRichPart).filter((part) => part.elements.length > 0)
  return elements.length === 0 ? [] : [{ type: 'rich_text', elements }]
}

function toRichPart(one: CardText): readonly RichPart[] {
  switch (one.kind) {
    case 'line':
      return [{ type: 'rich_text_section', elements: one.parts.map(toElement) }]
    case 'bullets':
    case 'numbers':
      return [
        {
          type: 'rich_text_list',
          style: one.kind === 'bullets' ? 'bullet' : 'ordered',
          elements: one.items.map((item) => ({ type: 'rich_text_section', elements: item.map(toElement) })),
        },
      ]
    case 'preformatted':
      return [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text: one.text }] }]
  }
}

function toElement(part: Inline): types.RichTextElement {
  switch (part.kind) {
    case 'text':
      return part.style === 'plain'
        ? { type: 'text', text: part.text }
        : { type: 'text', text: part.text, style: { [part.style]: true } }
    case 'link':
      return { type: 'link', url: part.url, text: part.text }
    case 'time':
      return {
        type: 'date',
        timestamp: Math.floor(part.at.getTime() / 1000),
        format: TIME_FORMATS[part.style],
        fallback: utcTime(part.at),
      }
  }
}

/** Shown in the reader's own time zone, and kept current by Slack where the format holds `{ago}`. */
const TIME_FORMATS: Readonly<Record<TimeStyle, string>> = {
  time: '{date_short_pretty} {time}',
  'time-and-ago': '{date_short_pretty} {time} ({ago})',
}

function toButton({ label, style, pressed, confirm }: CardButton): types.Button {
  return {
    type: 'button',
    action_id: pressed.answer === null ? pressed.verb : `${pressed.verb}-${pressed.answer}`,
    text: plainText(label),
    value: encodeButton(pressed),
    ...(style === 'plain' ? {} : { style }),
    ...(confirm === null
      ? {}
      : {
          confirm: {
            title: plainText(confirm.title),
            text: plainText(confirm.text),
            confirm: plainText(label),
            deny: plainText('Go back'),
          },
        }),
  }
}

function plainText(value: string): types.PlainTextElement {
  return { type: 'plain_text', text: value, emoji: false }
}
