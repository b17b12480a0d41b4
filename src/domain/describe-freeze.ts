import { frozenWhat } from './freeze.ts'
import type { FreezeView, IncidentView } from './incident-view.ts'

/** What a freeze keeps from happening here, as a sentence: the same words on every surface. */
export function describeHold(view: Pick<IncidentView, 'service'>, { service, holds }: FreezeView): string {
  if (holds === 'undo') return 'Only the undo acts on it: the plan may run, and its undo would stop.'
  if (service === null || service === view.service) return 'Nothing runs.'
  return 'The plan acts on it, so nothing is approved and nothing runs.'
}

/** Those that keep the plan itself from running. */
export function freezesOfRun({ freezes }: Pick<IncidentView, 'freezes'>): readonly FreezeView[] {
  return freezes.filter(({ holds }) => holds === 'run')
}

/** `everything is`, `checkout and cart are`; the widest alone where there is one. */
export function frozenNames(freezes: readonly FreezeView[]): string {
  const wide = freezes.find(({ service }) => service === null)
  const names = (wide === undefined ? freezes : [wide]).map(frozenWhat)
  const shown = names.length > NAMED ? [...names.slice(0, NAMED), `${String(names.length - NAMED)} more`] : names
  return shown.length < 2 ? `${shown.join('')} is` : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1) ?? ''} are`
}

const NAMED = 3

/** When the last of them ends. */
export function lastEnd(freezes: readonly FreezeView[]): Date | null {
  return freezes.reduce<Date | null>((last, { until }) => (last === null || until > last ? until : last), null)
}
