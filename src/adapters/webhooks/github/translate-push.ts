import { servicesOfPaths, servicesOfRepository } from './find-services.ts'
import { oneLineText } from '../../../kernel/clean-text.ts'
import type { ChangeCommits, IncomingChange } from '../../../domain/change-event.ts'
import type { PushEvent } from './schema.ts'
import type { ServiceCatalog } from '../../../domain/service-catalog.ts'

const MAX_SUMMARY = 300
const MAX_MESSAGE = 200
const LONGEST_NAME = 100
const MOST_COMMITS = 10

/**
 * A push to the default branch is the announcement of a deploy: it has no end, so a report of the deploy itself, with
 * the same revision, takes over its times. Other branches, tags and deletions change nothing that runs.
 */
export function pushToChanges(event: PushEvent, catalog: ServiceCatalog, receivedAt: Date): readonly IncomingChange[] {
  const branch = event.repository.default_branch ?? 'main'
  if (event.deleted === true || event.ref !== `refs/heads/${branch}`) return []
  return changedServices(event, catalog).map((service) => ({
    source: 'github',
    sourceId: `push ${event.repository.full_name} ${event.after} ${service}`,
    kind: 'deploy',
    service,
    environment: null,
    at: pushedAt(event, receivedAt),
    finishedAt: null,
    revision: event.after,
    previous: event.before == null || /^0+$/.test(event.before) ? null : { id: null, revision: event.before },
    actor: event.pusher?.name ?? null,
    url: event.compare ?? null,
    summary: (event.head_commit?.message ?? '').split('\n', 1)[0]?.slice(0, MAX_SUMMARY) || null,
    outcome: null,
    commits: commitsOf(event),
  }))
}

/** GitHub sends them oldest first, and no more than 2,048. */
function commitsOf({ commits }: PushEvent): ChangeCommits | null {
  if (commits.length === 0) return null
  const newest = commits.slice(-MOST_COMMITS).toReversed()
  return {
    count: commits.length,
    newest: newest.map(({ id, message, author }) => ({
      revision: oneLineText(id, LONGEST_NAME),
      message: oneLineText((message ?? '').trim().split('\n', 1)[0] ?? '', MAX_MESSAGE),
      author: oneLineText(author?.name ?? author?.username ?? '', LONGEST_NAME) || null,
    })),
  }
}

function changedServices(event: PushEvent, catalog: ServiceCatalog): readonly string[] {
  const services = servicesOfRepository(catalog, event.repository.full_name)
  if (services.length === 1) return services
  const commits = event.head_commit == null ? event.commits : [...event.commits, event.head_commit]
  return servicesOfPaths(
    services,
    commits.flatMap((commit) => [...commit.added, ...commit.removed, ...commit.modified]),
  )
}

/** The time of the push, not of the commit, which may be days older. */
function pushedAt(event: PushEvent, receivedAt: Date): Date {
  const seconds = event.repository.pushed_at
  if (typeof seconds === 'number' && seconds > 0 && seconds * 1000 <= receivedAt.getTime()) {
    return new Date(seconds * 1000)
  }
  return receivedAt
}
