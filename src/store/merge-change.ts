import type { ChangeEvent, IncomingChange } from '../domain/change-event.ts'

/**
 * What two reports say of one change together. What one of them does not know comes from the other. The start is that
 * of the report that also saw the end: a push to Git is earlier than the deploy it leads to. An end outweighs
 * `running`, and a later end an earlier one.
 */
export function mergeChange(known: ChangeEvent, report: IncomingChange): Omit<ChangeEvent, 'id' | 'sources'> {
  return {
    kind: known.kind,
    service: known.service,
    environment: known.environment ?? report.environment,
    at: startOf(known, report),
    finishedAt: latest(known.finishedAt, report.finishedAt),
    revision: longer(known.revision, report.revision),
    previous: known.previous ?? report.previous,
    actor: known.actor ?? report.actor,
    url: known.url ?? report.url,
    summary: known.summary ?? report.summary,
    commits: known.commits ?? report.commits ?? null,
    outcome:
      report.outcome === null || report.outcome === 'running' ? (known.outcome ?? report.outcome) : report.outcome,
  }
}

function startOf(known: ChangeEvent, report: IncomingChange): Date {
  const knownSawEnd = known.finishedAt !== null
  const reportSawEnd = report.finishedAt !== null
  if (knownSawEnd !== reportSawEnd) return knownSawEnd ? known.at : report.at
  return known.at <= report.at ? known.at : report.at
}

function latest(left: Date | null, right: Date | null): Date | null {
  if (left === null || right === null) return left ?? right
  return left >= right ? left : right
}

function longer(left: string | null, right: string | null): string | null {
  if (left === null || right === null) return left ?? right
  return left.length >= right.length ? left : right
}
