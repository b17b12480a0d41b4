import { WITH_AGO, bold, bullets, dotted, link, richText, section, text, time } from './card-text.ts'
import { describeHold } from '../../../domain/describe-freeze.ts'
import { frozenWhat } from '../../../domain/freeze.ts'
import { describeUnreachable } from '../../../domain/describe-unreachable.ts'
import { renderGlass } from './card-glass.ts'
import { visibleLine } from './visible-text.ts'
import { someOf } from './card-room.ts'
import type { CardRoom } from './card-room.ts'
import type { IncidentView, LinkView } from '../../../domain/incident-view.ts'
import type { Inline, CardText } from './card-text.ts'

/** What a person should know before they decide. */
export function renderNotices(view: IncidentView, room: CardRoom): readonly CardText[] {
  const notices: CardText[] = []
  for (const unreachable of view.unreachableSurfaces) {
    const { before, after } = describeUnreachable(unreachable)
    notices.push(section(bold(before), time(unreachable.since), bold(after)))
  }
  if (view.glass !== null) notices.push(...renderGlass(view.glass, room))
  notices.push(...renderFreezes(view, room))
  if (view.proposal?.state === 'pending' && view.proposal.symptomGone) {
    notices.push(
      section(bold('The symptom is gone '), text('(no alert fires any more). Approving asks a second time.')),
    )
  }
  if (view.noProposal !== null) {
    notices.push(section(bold('No proposal '), text(visibleLine(view.noProposal, room.line))))
  }
  return richText(...notices)
}

/** Each with until when, since they may end one after the other. */
function renderFreezes(view: IncidentView, room: CardRoom): readonly CardText[] {
  const { shown, more } = someOf(view.freezes, room.reasons)
  const lines = shown.map((freeze) =>
    section(
      bold(`Frozen: ${visibleLine(frozenWhat(freeze), 60)} `),
      text('until '),
      time(freeze.until, WITH_AGO),
      text(`: ${visibleLine(freeze.reason, room.detail)}. ${describeHold(view, freeze)}`),
    ),
  )
  return more === 0 ? lines : [...lines, section(text(`and ${String(more)} more freezes`))]
}

/** Follow-ups, and links from typed fields only, each with the host it leads to. */
export function renderLinks(view: IncidentView, room: CardRoom): readonly CardText[] {
  const followUps = view.followUps.slice(0, room.steps).map((followUp) => [text(visibleLine(followUp, room.line))])
  const links = view.links.filter((one) => isSound(one, room)).slice(0, room.links)
  const console = view.consoleUrl === null ? [] : [consoleLink(view.consoleUrl)]
  const all = dotted([...links.map(showLink), ...console])
  return richText(
    ...(followUps.length === 0 ? [] : [section(bold('Still open')), ...bullets(followUps)]),
    ...(all.length === 0 ? [] : [section(...all)]),
  )
}

/** The host beside a link must be the one it leads to, whoever built the view. */
function isSound(one: LinkView, room: CardRoom): boolean {
  if (one.url.length > room.url || !URL.canParse(one.url)) return false
  const url = new URL(one.url)
  const isWeb = url.protocol === 'https:' || url.protocol === 'http:'
  return isWeb && url.host === one.host && url.username === '' && url.password === ''
}

function showLink(one: LinkView): readonly Inline[] {
  return [link(new URL(one.url).href, `${visibleLine(one.title, 60)} (${one.host})`)]
}

function consoleLink(url: string): readonly Inline[] {
  return [link(url, 'Console')]
}
