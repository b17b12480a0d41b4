import { askSource } from './ask-source.ts'
import { factText } from './evidence-text.ts'
import { findService } from '../../domain/service-catalog.ts'
import { nameSome, plural, shortRevision } from '../../summaries/wording.ts'
import type { Answer } from './ask-source.ts'
import type { ChangeEvent, Suspect } from '../../domain/change-event.ts'
import type { Commits, ComparedCommits } from '../../ports/commits.ts'
import type { Deps } from '../dependencies.ts'
import type { NewEvidence } from '../../domain/evidence.ts'

/** The choice of a playbook waits for it, so not for long. */
const TIMEOUT_MS = 3_000
const MOST_SUSPECTS = 2
const MOST_COMMITS = 3
const MOST_FILES = 4

/** What lies between the revisions of the most suspect changes: commits and changed files. */
export async function commitEvidence(
  deps: Deps,
  incidentId: string,
  ranked: { readonly suspects: readonly Suspect[]; readonly changes: readonly ChangeEvent[] },
  signal: AbortSignal,
): Promise<readonly Answer<NewEvidence | null>[]> {
  const { commits } = deps
  if (commits === null) return []
  const changes = ranked.suspects
    .slice(0, MOST_SUSPECTS)
    .flatMap(({ changeId }) => ranked.changes.find(({ id }) => id === changeId) ?? [])
  return Promise.all(
    changes.map((change) =>
      askSource(deps, 'github', { timeoutMs: TIMEOUT_MS, signal }, (deadline) =>
        compare(deps, commits, { incidentId, change }, deadline),
      ),
    ),
  )
}

async function compare(
  deps: Deps,
  commits: Commits,
  { incidentId, change }: { readonly incidentId: string; readonly change: ChangeEvent },
  signal: AbortSignal,
): Promise<NewEvidence | null> {
  const repository = findService(deps.catalog, change.service)?.repository ?? null
  const [from, to] = [change.previous?.revision ?? null, change.revision]
  if (repository === null || from === null || to === null || from === to) return null
  const compared = await commits.compare({ repository, from, to }, signal)
  if (compared === null) return null
  const range = `${shortRevision(from)} and ${shortRevision(to)}`
  return {
    incidentId,
    key: `commits:${change.id}`,
    kind: 'change',
    source: 'GitHub',
    at: change.at,
    fact: factText(`Between ${range} of ${change.service}: ${describe(compared)}`),
    url: compared.url,
    data: { changeId: change.id, repository, from, to, files: compared.files.slice(0, 50).map(({ path }) => path) },
  }
}

function describe({ total, commits, files }: ComparedCommits): string {
  const told = commits.slice(0, MOST_COMMITS).map(({ revision, author, subject }) => {
    const by = author === null ? '' : ` by ${factText(author, 40)}`
    return `${shortRevision(revision)}${by}: ${factText(subject, 60)}`
  })
  const largest = files.toSorted((left, right) => right.lines - left.lines).map(({ path }) => factText(path, 60))
  const changed = files.length === 0 ? '' : `; ${plural(files.length, 'file')}: ${nameSome(largest, MOST_FILES)}`
  const named = told.length === 0 ? '' : ` (${told.join('; ')})`
  return `${plural(total, 'commit')}${named}${changed}`
}
