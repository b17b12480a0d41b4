import { beginTally, tallyEntries } from '../audit/review-entries.ts'
import { CHAIN_START } from '../audit/hash-chain.ts'
import { concludeReview } from '../audit/conclude-review.ts'
import { COUNTERSIGN } from '../domain/actor.ts'
import type { AuditReview } from '../domain/audit-review.ts'
import type { Checkpoint } from '../domain/audit-entry.ts'
import type { Deps } from './dependencies.ts'
import type { OutboxMessage } from '../ports/outbox.ts'
import type { ReviewFacts } from '../audit/conclude-review.ts'
import type { ReviewMoment } from '../ports/log-review-store.ts'
import type { ReviewTally } from '../audit/review-entries.ts'

/** The checkpoints, outside the database, of places from this one on. */
export type ReadCheckpoints = (
  from: number,
) => Promise<{ readonly genuine: readonly Checkpoint[]; readonly forged: number }>

const PAGE = 1_000

/** Once a day, from the configured minute on, by the database's clock. */
export function isReviewDue({ day, minuteOfDay, last }: ReviewMoment, fromMinute: number): boolean {
  return minuteOfDay >= fromMinute && (last === null || last.day < day)
}

/**
 * The daily automated review (PCI DSS 10.4.1.1). It goes over every entry since the review before (the first over a
 * day), so that a day on which the service stood still is made up for; the chain is checked from the hash where that one
 * ended. What was found, its audit entry and the lines for chat are one transaction, whose key is the day: of several
 * replicas one makes it, and one that dies before the commit leaves nothing. Undefined when none is due.
 */
export async function reviewAudit(deps: Deps, readCheckpoints: ReadCheckpoints): Promise<AuditReview | undefined> {
  const { stores, settings, unitOfWork } = deps
  const moment = await stores.logReviews.readMoment()
  if (!isReviewDue(moment, settings.auditReview.minuteOfDay)) return undefined
  // Reading takes as long as it takes, and so is outside the transaction: an open one would hold up all numbers.
  const { tally, links } = await readEntries(deps, await placeBefore(deps, moment), readCheckpoints)
  const findings = concludeReview(tally, await readFacts(deps, moment, links))
  const { from, to, link, sources } = tally
  const review = { day: moment.day, at: moment.at, from, to, link, findings, sources: [...sources].toSorted() }
  return unitOfWork.run(async (own) => {
    if (!(await own.logReviews.add(review))) return undefined
    await own.audit.append([deps.seal(recordOf(review, tally))])
    await own.outbox.append(noticesOf(deps, review))
    return review
  })
}

async function placeBefore({ stores }: Deps, { last }: ReviewMoment) {
  if (last !== null) return { seq: last.to, link: last.link }
  return (await stores.logReviews.findDayBefore()) ?? { seq: 0, link: CHAIN_START }
}

interface Checked {
  readonly checkpoints: ReviewFacts['checkpoints']
  readonly forged: number
}

async function readEntries(
  { stores }: Deps,
  before: { readonly seq: number; readonly link: string },
  readCheckpoints: ReadCheckpoints,
): Promise<{ tally: ReviewTally; links: Checked }> {
  // In this order: the log holds whatever a checkpoint covered before it was asked how long it is.
  const { genuine, forged } = await readCheckpoints(before.seq + 1)
  // Not further than now: what is written meanwhile is tomorrow's.
  const { size } = await stores.auditReader.describe()
  const wanted = Map.groupBy(genuine, (checkpoint) => checkpoint.size)
  const checkpoints: { size: number; fits: boolean }[] = []
  const fault = whyTooShort(size, before.seq, genuine)
  let tally: ReviewTally = { ...beginTally(before.seq, before.link), fault }
  for (;;) {
    const entries = await stores.auditLog.list({ after: tally.to, upTo: size, limit: PAGE })
    if (entries.length === 0) return { tally: endedAt(size, tally), links: { checkpoints, forged } }
    tally = tallyEntries(tally, entries)
    for (const { seq, hash } of entries) {
      for (const { chain } of wanted.get(seq) ?? []) checkpoints.push({ size: seq, fits: chain === hash })
    }
  }
}

/** Numbers are given one after the other: where the last ones are not there, they were taken out. */
function endedAt(size: number, tally: ReviewTally): ReviewTally {
  if (tally.fault !== null || tally.to >= size) return tally
  return { ...tally, fault: `it ends at entry ${String(tally.to)}, and was numbered up to ${String(size)}` }
}

function whyTooShort(size: number, reviewed: number, checkpoints: readonly Checkpoint[]): string | null {
  const ends = `it ends at entry ${String(size)}, and`
  if (size < reviewed) return `${ends} was reviewed up to ${String(reviewed)}`
  const covered = checkpoints.reduce((most, checkpoint) => Math.max(most, checkpoint.size), 0)
  return covered > size ? `${ends} a checkpoint covers ${String(covered)}` : null
}

async function readFacts({ stores, settings }: Deps, { last }: ReviewMoment, checked: Checked): Promise<ReviewFacts> {
  const [standing, skipped, glass, states] = await Promise.all([
    stores.auditReader.describe(),
    stores.auditLog.countSkipped(last?.to ?? 0),
    stores.glass.describe(),
    stores.surfaceStates.list(),
  ])
  const names = new Set(settings.routes.map(({ surface }) => surface))
  const surfaces = [...names].map((name) => {
    const state = states.find(({ surface }) => surface === name)
    return { name, lostSince: state === undefined || state.isReachable ? null : state.since }
  })
  return { ...checked, waiting: standing.waiting, skipped, glass, surfaces, sourcesBefore: last?.sources ?? [] }
}

function recordOf({ day, from, to, findings }: AuditReview, { fault, reads }: ReviewTally) {
  const concerns = findings.filter(({ isConcern }) => isConcern).map(({ point }) => point)
  return {
    ...{ event: 'audit.reviewed', actor: COUNTERSIGN, origin: 'clock' as const },
    outcome: fault === null ? ('success' as const) : ('failure' as const),
    target: { system: 'countersign', resource: 'audit log', environment: null },
    details: {
      ...{ day, from, to, concerns, reads: { log: reads.log, record: reads.record } },
      findings: findings.map(({ point, isConcern, text }) => ({ point, isConcern, text })),
    },
  }
}

function noticesOf({ settings }: Deps, review: AuditReview): readonly OutboxMessage[] {
  const text = describeReview(review, settings.publicUrl)
  return settings.auditReview.channels.map(({ surface, channel }) => ({
    ...{ kind: 'notice', incidentId: null, surface, channel, text, priority: 'status' },
    key: `audit review ${review.day} ${surface}`,
  }))
}

/** Short and plain, for a channel. */
function describeReview({ day, from, to, findings }: AuditReview, publicUrl: string | null): string {
  const concerns = findings.filter(({ isConcern }) => isConcern)
  const said = concerns.length === 0 ? ['Nothing wants a look.'] : concerns.map(({ text }) => text)
  const where = publicUrl === null ? 'All of it: the page Audit of the console.' : `All of it: ${publicUrl}/audit`
  return [`Audit review of ${day}, entries ${String(from)} to ${String(to)}.`, ...said, where].join('\n')
}
