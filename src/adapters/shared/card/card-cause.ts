import { bold, bullets, richText, section, text, time } from './card-text.ts'
import { chance } from '../../../kernel/percent.ts'
import { visibleLine } from './visible-text.ts'
import type { CardRoom } from './card-room.ts'
import type { ChangeKind, Suspect } from '../../../domain/change-event.ts'
import type { IncidentView } from '../../../domain/incident-view.ts'
import type { CardText, Inline } from './card-text.ts'

const KINDS: Readonly<Record<ChangeKind, string>> = {
  deploy: 'deploy',
  config: 'configuration change',
  flag: 'flag change',
  migration: 'migration',
  infrastructure: 'infrastructure change',
  scale: 'scaling',
}

/** What probably did it, how sure that is, and the two or three facts behind it; or why nobody can say. */
export function renderCause(view: IncidentView, room: CardRoom): readonly CardText[] {
  const [best] = view.suspects
  const unreachable = view.unreachable.slice(0, 5).map((source) => visibleLine(source, 40))
  return richText(
    ...(best === undefined
      ? [section(...withoutSuspect(view, room))]
      : [section(bold('Likely cause '), ...describeSuspect(best))]),
    ...bullets(best === undefined ? [] : strongestReasons(best, room).map((reason) => [text(reason)])),
    ...(unreachable.length === 0
      ? []
      : [section(text(`Not reached: ${unreachable.join(', ')}. Changes there may be missing.`))]),
  )
}

function withoutSuspect(view: IncidentView, room: CardRoom): readonly Inline[] {
  if (view.unknownCause !== null) return [bold('Cause unknown '), text(visibleLine(view.unknownCause, room.line))]
  return view.isCollecting ? [text('Looking for what changed.')] : []
}

function describeSuspect(suspect: Suspect): readonly Inline[] {
  const to = suspect.revision === null ? '' : ` to ${shortRevision(visibleLine(suspect.revision, 60))}`
  return [
    text(`${KINDS[suspect.kind]} of ${visibleLine(suspect.service, 60)}${to} at `),
    time(suspect.at),
    text(', '),
    bold(chance(suspect.probability)),
  ]
}

function strongestReasons(suspect: Suspect, room: CardRoom): readonly string[] {
  return suspect.reasons
    .filter((reason) => reason.weight > 0)
    .toSorted((left, right) => right.weight - left.weight)
    .slice(0, room.reasons)
    .map((reason) => visibleLine(reason.text, room.line))
}

function shortRevision(revision: string): string {
  return /^[0-9a-f]{12,64}$/.test(revision) ? revision.slice(0, 7) : revision
}
