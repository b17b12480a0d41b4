import { adaptiveCard, messageOf } from './render-card.ts'
import { bold, bullets, code, link, richText, section, text, time } from '../../shared/card/card-text.ts'
import { hashPrefix } from '../../shared/card/card-proposal.ts'
import { headline } from '../../shared/card/card-head.ts'
import { toContainer } from './card-elements.ts'
import { visibleLine } from '../../shared/card/visible-text.ts'
import type { CardText, Inline } from '../../shared/card/card-text.ts'
import type { Home, HomeItem } from '../../../orchestrator/index.ts'
import type { TeamsMessage } from './render-card.ts'

const MOST_SHOWN = 15

/** What waits for one person, and what else is open; presses count on the card in its channel, which is linked. */
export function renderHome(home: Home): TeamsMessage {
  const parts = [waiting(home), open(home), howTo()]
  const summary = `${countOf(home.awaiting.length, 'approval waits', 'approvals wait')} for you; ${countOf(home.open.length + home.more, 'incident is', 'incidents are')} open.`
  return messageOf(summary, adaptiveCard(parts.map(toContainer), []))
}

function waiting({ awaiting, person }: Home): readonly CardText[] {
  if (awaiting.length === 0) return richText(section(bold('Nothing waits for you.')))
  return richText(
    section(bold(`Waits for you, ${visibleLine(person.name, 60)}`)),
    ...bullets(awaiting.slice(0, MOST_SHOWN).map(describeAwaiting)),
    ...more(awaiting.length),
  )
}

function describeAwaiting(item: HomeItem): readonly Inline[] {
  const { proposal } = item.view
  if (proposal === null) return [text(item.view.id)]
  return [
    bold(`${proposal.id} `),
    text(`${visibleLine(proposal.playbookTitle, 120)}, ${item.view.id} ${headline(item.view, 120)}, expires `),
    time(proposal.expiresAt),
    text(', plan '),
    code(hashPrefix(proposal.planHash)),
    ...linkTo(item),
  ]
}

function open(home: Home): readonly CardText[] {
  const total = home.open.length + home.more
  if (total === 0) return richText(section(text('No incident is open.')))
  return richText(
    section(bold(countOf(total, 'incident is open', 'incidents are open'))),
    ...bullets(
      home.open
        .slice(0, MOST_SHOWN)
        .map((item) => [
          bold(`${item.view.id} `),
          text(`${headline(item.view, 160)}, ${item.view.state}, since `),
          time(item.view.onsetAt),
          ...linkTo(item),
        ]),
    ),
    ...more(total),
  )
}

function more(total: number): readonly CardText[] {
  return total > MOST_SHOWN ? [section(text(`and ${String(total - MOST_SHOWN)} more; type `), code('list'))] : []
}

function howTo(): readonly CardText[] {
  return richText(
    section(text('Type '), code('help'), text(' for what you can say, '), code('home'), text(' for this again.')),
  )
}

/** Teams opens its own messages by their ids. */
function linkTo({ cards, view }: HomeItem): readonly Inline[] {
  const card = cards.find(({ surface }) => surface === 'teams')?.reference
  if (card == null) return view.consoleUrl === null ? [] : [text(' · '), link(view.consoleUrl, 'Console')]
  const url = `https://teams.microsoft.com/l/message/${encodeURIComponent(card.channel)}/${encodeURIComponent(card.message)}`
  return [text(' · '), link(url, 'Open the card')]
}

function countOf(count: number, one: string, many: string): string {
  return `${String(count)} ${count === 1 ? one : many}`
}
