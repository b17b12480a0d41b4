import type { FittingPlaybook, Shortlist } from './shortlist-playbooks.ts'
import type { Held } from './select-playbook.ts'
import { percent } from '../kernel/percent.ts'

const MOST_OTHERS = 2

/** Why this one, in a figure, and why not the next best ones: for the card, the API and the record. */
export function explainOthers(
  chosen: FittingPlaybook,
  { fits }: Pick<Shortlist, 'fits'>,
  /** The better ones first. */
  refused: readonly Held[],
): readonly string[] {
  const worse = fits
    .filter((fit) => fit !== chosen && !refused.some(({ playbook }) => playbook === fit.playbook.name))
    .map(({ playbook, confidence }) => `Not ${playbook.name}: it would help with ${percent(confidence)}.`)
  const held = refused.map(({ playbook, reasons }) => `Not ${playbook}: ${reasons.join(' ')}`)
  const cause = chosen.suspect === null ? '' : `the cause with ${percent(chosen.suspect.probability)}, `
  const why = `It would help with ${percent(chosen.confidence)}: ${cause}its record with ${percent(chosen.record.mean)}.`
  return [why, ...[...held, ...worse].slice(0, MOST_OTHERS)]
}
