import type { ReviewFinding, ReviewPoint } from '../domain/audit-review.ts'
import type { ReviewTally } from './review-entries.ts'

/** What the entries alone do not tell. */
export interface ReviewFacts {
  /** Genuine checkpoints of the folder whose place lies in what was reviewed, and whether each fits the log. */
  readonly checkpoints: readonly { readonly size: number; readonly fits: boolean }[]
  /** Lines of the folder that are no checkpoint of this key. */
  readonly forged: number
  /** Entries that wait for a number. */
  readonly waiting: number
  /** Entries that will get none, since the sequencer was moved past them. */
  readonly skipped: number
  readonly glass: { readonly unreviewed: number; readonly overdue: number }
  /** Chat surfaces that this installation speaks on, and since when one has not been reachable. */
  readonly surfaces: readonly { readonly name: string; readonly lostSince: Date | null }[]
  /** Sources that the review before heard from. */
  readonly sourcesBefore: readonly string[]
}

/** One finding a point, in their order. */
export function concludeReview(tally: ReviewTally, facts: ReviewFacts): readonly ReviewFinding[] {
  return [
    logFinding(tally, facts),
    checkpointFinding(tally, facts),
    refusalFinding(tally),
    glassFinding(tally, facts),
    configurationFinding(tally),
    freezeFinding(tally),
    readFinding(tally),
    outcomeFinding(tally),
    surfaceFinding(tally, facts),
    sourceFinding(tally, facts),
    standstillFinding(tally),
  ]
}

function finding(point: ReviewPoint, isConcern: boolean, text: string): ReviewFinding {
  return { point, isConcern, text }
}

function logFinding(tally: ReviewTally, { waiting, skipped }: ReviewFacts): ReviewFinding {
  const { from, to, fault, archived, events } = tally
  if (fault !== null) return finding('log', true, `The log is not whole: ${fault}. Keep it, and verify an export.`)
  if (skipped > 0) {
    return finding(
      'log',
      true,
      `${counted(skipped, 'entry', 'entries')} passed over by the sequencer, which was moved.`,
    )
  }
  const contradictions = countOf(events, 'audit.contradicted')
  if (contradictions > 0) return finding('log', true, 'The log contradicted its checkpoint while it was running.')
  // What was archived is named by an entry behind it, and so within what was reviewed.
  if (archived > 0 && countOf(events, 'audit.archived') === 0) {
    return finding('log', true, `${counted(archived, 'entry', 'entries')} without content, and nothing was archived.`)
  }
  if (to < from) return finding('log', true, 'Nothing at all was written. Is the service running?')
  const rest = [archived === 0 ? '' : `${plain(archived)} are archived`, waiting === 0 ? '' : `${plain(waiting)} wait`]
  const more = rest.filter((part) => part !== '').join(', ')
  return finding('log', false, `Entries ${plain(from)} to ${plain(to)} are whole${more === '' ? '' : ` (${more})`}.`)
}

function checkpointFinding({ from, to }: ReviewTally, { checkpoints, forged }: ReviewFacts): ReviewFinding {
  const wrong = checkpoints.find(({ fits }) => !fits)
  if (wrong !== undefined) {
    return finding('checkpoints', true, `The checkpoint at entry ${plain(wrong.size)} does not fit the log.`)
  }
  if (forged > 0) return finding('checkpoints', true, `${plain(forged)} checkpoints are not signed with this key.`)
  const newest = Math.max(0, ...checkpoints.map(({ size }) => size))
  if (to >= from && newest < from) {
    return finding('checkpoints', true, 'No checkpoint covers any of them: look at the folder audit.checkpoints.')
  }
  const uncovered = Math.max(0, to - newest)
  return finding(
    'checkpoints',
    false,
    `${counted(checkpoints.length, 'checkpoint')} fit${checkpoints.length === 1 ? 's' : ''}; ${plain(uncovered)} entries are newer than the last.`,
  )
}

function refusalFinding({ refusals }: ReviewTally): ReviewFinding {
  const total = [...refusals.values()].reduce((sum, count) => sum + count, 0)
  if (total === 0) return finding('refusals', false, 'Nothing was refused.')
  const most = [...refusals].toSorted(([, left], [, right]) => right - left).slice(0, 3)
  const reasons = most.map(([reason, count]) => `${reason} ${plain(count)}`).join(', ')
  return finding('refusals', true, `${counted(total, 'request')} refused: ${reasons}.`)
}

function glassFinding({ events }: ReviewTally, { glass }: ReviewFacts): ReviewFinding {
  const used = countOf(events, 'break_glass.used')
  if (used === 0 && glass.unreviewed === 0) return finding('break_glass', false, 'No glass was broken.')
  const text = `Glass broken ${times(used)}; ${plain(glass.unreviewed)} not reviewed, ${plain(glass.overdue)} of them late.`
  return finding('break_glass', true, text)
}

function configurationFinding({ events, directories }: ReviewTally): ReviewFinding {
  const accepted = countOf(events, 'configuration.accepted')
  const credentials = countOf(events, 'credential.changed')
  const hasMoved = directories.size > 1
  const parts = [
    accepted === 0 ? '' : `${counted(accepted, 'version')} of policies and playbooks came into force`,
    credentials === 0 ? '' : `${counted(credentials, 'credential')} changed`,
    hasMoved ? 'people or catalog changed' : '',
  ].filter((part) => part !== '')
  if (parts.length === 0) return finding('configuration', false, 'Policies, playbooks, people and credentials stayed.')
  return finding('configuration', true, `${capital(parts.join('; '))}.`)
}

function freezeFinding({ events }: ReviewTally): ReviewFinding {
  const [set, lifted] = [countOf(events, 'freeze.set'), countOf(events, 'freeze.lifted')]
  if (set + lifted === 0) return finding('freezes', false, 'No freeze was set or lifted.')
  return finding('freezes', lifted > 0, `Freezes set ${times(set)}, lifted before their end ${times(lifted)}.`)
}

function readFinding({ reads, events }: ReviewTally): ReviewFinding {
  const taken = countOf(events, 'audit.exported') + countOf(events, 'audit.archived')
  const text = `The log was read ${times(reads.log)} and the record ${times(reads.record)}, by ${counted(reads.readers.size, 'reader')}; exported or archived ${times(taken)}.`
  return finding('reads', taken > 0, text)
}

function outcomeFinding({ events, unknown }: ReviewTally): ReviewFinding {
  const [open] = [unknown.size]
  const parked = countOf(events, 'run.parked')
  if (open + parked > 0) {
    const which = [...unknown].slice(0, 3).join(', ')
    const named = which === '' ? '' : ` (${which})`
    return finding(
      'outcomes',
      true,
      `${counted(open, 'step')}${named} without a known outcome, ${plain(parked)} runs set aside.`,
    )
  }
  return finding('outcomes', false, `Every outcome is known, ${times(countOf(events, 'step.unknown'))} after asking.`)
}

function surfaceFinding({ origins, events }: ReviewTally, { surfaces }: ReviewFacts): ReviewFinding {
  const silent = surfaces.filter(({ name }) => countOf(origins, name) === 0).map(({ name }) => name)
  const lost = surfaces.filter(({ lostSince }) => lostSince !== null).map(({ name }) => name)
  const parts = [
    lost.length === 0 ? '' : `not reachable now: ${lost.join(', ')}`,
    silent.length === 0 ? '' : `nobody spoke on ${silent.join(', ')}`,
    countOf(events, 'surface.lost') === 0 ? '' : `lost ${times(countOf(events, 'surface.lost'))}`,
  ].filter((part) => part !== '')
  if (parts.length === 0) return finding('surfaces', false, 'Every chat surface was heard.')
  return finding('surfaces', true, `${capital(parts.join('; '))}.`)
}

function sourceFinding({ sources }: ReviewTally, { sourcesBefore }: ReviewFacts): ReviewFinding {
  const gone = sourcesBefore.filter((source) => !sources.has(source))
  if (gone.length > 0) {
    return finding('sources', true, `Nothing came from ${gone.join(', ')}, from where it did before.`)
  }
  const heard =
    sources.size === 0 ? 'No alert or change came' : `Alerts and changes came from ${[...sources].join(', ')}`
  return finding('sources', false, `${heard}.`)
}

function standstillFinding({ events }: ReviewTally): ReviewFinding {
  const found = countOf(events, 'standstill.found')
  return finding('standstills', found > 0, found === 0 ? 'Nothing stood still.' : `Work stood still ${times(found)}.`)
}

function countOf(counts: ReadonlyMap<string, number>, name: string): number {
  return counts.get(name) ?? 0
}

/** `1,204`. */
function plain(count: number): string {
  return count.toLocaleString('en-GB')
}

function counted(count: number, noun: string, several = `${noun}s`): string {
  return `${plain(count)} ${count === 1 ? noun : several}`
}

function times(count: number): string {
  return count === 1 ? 'once' : `${plain(count)} times`
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`
}
