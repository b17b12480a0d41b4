import { SURFACE_WORDS } from '../../../domain/surface.ts'
import { bold, bullets, code, link, preformatted, richText, section, text, time, WITH_AGO } from './card-text.ts'
import { hashPrefix } from './card-proposal.ts'
import { visibleLine, visibleWithin } from './visible-text.ts'
import type { CardButton } from './card-buttons.ts'
import type { CardPart } from './lay-out-card.ts'
import type { CardText, Inline } from './card-text.ts'
import type { ConfigurationChangeView, ConfigurationFileView } from '../../../domain/configuration-view.ts'

const LONGEST_DIFF = 2_500
const MOST_FILES = 12

/** The message of a change of policies and playbooks: what changes, who has approved, and the buttons while it waits. */
export function layOutConfiguration(view: ConfigurationChangeView): readonly CardPart[] {
  const diff = visibleWithin(view.diff, LONGEST_DIFF)
  const buttons = view.state === 'pending' ? buttonsOf(view) : []
  const texts = (said: readonly CardText[]): readonly CardPart[] =>
    said.length === 0 ? [] : [{ kind: 'texts', texts: said }]
  return [
    { kind: 'header', text: `${view.id}: policies and playbooks` },
    ...texts(richText(section(bold(headOf(view))), ...factsOf(view))),
    ...texts(bullets(view.files.slice(0, MOST_FILES).map(fileLine))),
    ...texts(diff === '' ? [] : [preformatted(diff)]),
    ...texts(decisionsOf(view)),
    ...(buttons.length === 0 ? [] : [{ kind: 'buttons', buttons } as const]),
  ]
}

/** For who hears it, or reads it in a notification. */
export function describeConfiguration(view: ConfigurationChangeView): string {
  return `${view.id} (version ${hashPrefix(view.digest)}). ${headOf(view)}`
}

function headOf({ state, missing, closedReason }: ConfigurationChangeView): string {
  const why = closedReason === null ? '' : ` ${visibleLine(closedReason, 300)}`
  switch (state) {
    case 'pending':
      return `${String(missing)} of 2 approvals are missing. Until then the accepted version decides.`
    case 'accepted':
      return 'Accepted: this version decides now.'
    case 'rejected':
      return `Rejected.${why}`
    case 'superseded':
      return `Superseded.${why}`
  }
}

function factsOf(view: ConfigurationChangeView): readonly CardText[] {
  const found: readonly Inline[] = [text('Version '), code(hashPrefix(view.digest)), text(`, found by ${view.seenBy} `)]
  const closed: readonly Inline[] =
    view.closedAt === null ? [] : [text(`; ${view.state} `), time(view.closedAt, WITH_AGO)]
  return [section(...found, time(view.createdAt, WITH_AGO), ...closed)]
}

function fileLine({ kind, path, change, added, removed }: ConfigurationFileView): readonly Inline[] {
  return [text(`${kind} ${change}: `), code(visibleLine(path, 120)), text(` (+${String(added)} −${String(removed)})`)]
}

function decisionsOf(view: ConfigurationChangeView): readonly CardText[] {
  const items = view.decisions.map((decision): readonly Inline[] => {
    const why = decision.reason === null ? '' : `: ${visibleLine(decision.reason, 200)}`
    const does = decision.decision === 'approve' ? 'approves' : 'rejects'
    const where = ` in ${SURFACE_WORDS[decision.surface]} `
    return [bold(visibleLine(decision.personName, 80)), text(` ${does}${why}${where}`), time(decision.at)]
  })
  const can =
    view.state === 'pending' && view.canDecide.length > 0
      ? [section(text(`Can approve: ${view.canDecide.map((name) => visibleLine(name, 60)).join(', ')}.`))]
      : []
  const all = view.consoleUrl === null ? [] : [section(link(view.consoleUrl, 'All lines in the console'))]
  return richText(...bullets(items), ...can, ...all)
}

function buttonsOf(view: ConfigurationChangeView): readonly CardButton[] {
  const own = { incidentId: '', proposalId: view.id, planHash: view.digest, stepId: null, answer: null }
  const confirm = {
    title: `Approve ${view.id}?`,
    text: `Version ${hashPrefix(view.digest)} of policies and playbooks. It decides as soon as two people have approved it.`,
  }
  return [
    { label: 'Approve', style: 'primary', pressed: { ...own, verb: 'approve' }, confirm },
    { label: 'Reject', style: 'danger', pressed: { ...own, verb: 'reject' }, confirm: null },
  ]
}
