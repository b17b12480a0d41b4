import { describeInvocation, describeInvocationShort } from './describe-invocation.ts'
import { describeVersion } from './describe-version.ts'
import { printValue } from '../kernel/print-value.ts'
import { nameSome, plural, shortRevision } from './wording.ts'
import type { PreviewRow } from './preview-row.ts'
import type { CommitRange, ResourceChange, StepFacts } from '../domain/plan-preview.ts'

const NAMED_SHORT = 3
const NAMED = 12

/** What a step would change, in one line for a card; empty when there is nothing to say of it. */
export function describePreviewShort(facts: StepFacts): string {
  const { commits, images, resources, versions, invocation, paged, unread } = facts
  const parts = [
    commits === null ? [] : [countCommits(commits) + byWhom(commits)],
    images === null || images.length === 0 ? [] : [`images ${nameSome(images.map(describeImage), NAMED_SHORT)}`],
    resources === null ? [] : [countResources(resources)],
    versions === null ? [] : [`${versions.alias} from version ${versions.from.version} to ${versions.to.version}`],
    invocation === null ? [] : [describeInvocationShort(invocation)],
    paged === null ? [] : [describePaged(paged, NAMED_SHORT)],
    unread.length === 0 ? [] : [`${plural(unread.length, 'thing')} could not be read`],
  ]
  return parts.flat().join('; ')
}

/** The same in full, one row for each thing. */
export function describePreview(facts: StepFacts): readonly PreviewRow[] {
  const { revisions, commits, images, resources, versions, invocation, paged, reading, unread } = facts
  return [
    ...(revisions === null
      ? []
      : [{ label: 'revision', text: `from ${short(revisions.from)} to ${short(revisions.to)}` }]),
    ...(commits === null ? [] : describeCommits(commits)),
    ...(images ?? []).map((image) => ({ label: 'image', text: describeImage(image) })),
    ...(resources === null ? [] : [{ label: 'differs', text: describeResources(resources) }]),
    ...(versions === null
      ? []
      : [
          { label: 'from', text: describeVersion(versions.alias, versions.from) },
          { label: 'to', text: describeVersion(versions.alias, versions.to) },
        ]),
    ...(invocation === null ? [] : describeInvocation(invocation)),
    ...(paged === null ? [] : [{ label: 'pages', text: describePaged(paged, NAMED) }]),
    ...(reading === null ? [] : [{ label: 'now', text: describeReading(reading.values) }]),
    ...unread.map((text) => ({ label: 'not read', text })),
  ]
}

/** `0.34`, or that there is nothing to measure. */
function describeReading(values: readonly number[]): string {
  if (values.length === 0) return 'no data'
  return values.map((value) => printValue(value)).join(', ')
}

function describeCommits(range: CommitRange): readonly PreviewRow[] {
  const more = range.count - range.commits.length
  return [
    { label: 'commits', text: `${countCommits(range)}, as ${range.source} tells` },
    ...range.commits.map(({ revision, message, author }) => ({
      label: shortRevision(revision),
      text: author === null ? message : `${message} (${author})`,
    })),
    ...(more > 0 ? [{ label: 'and', text: `${String(more)} more` }] : []),
  ]
}

/** Argo CD names deploys and not every commit: the words do not promise more than is known. */
function countCommits({ direction, isComplete, count }: CommitRange): string {
  const what = isComplete ? plural(count, 'commit') : `${plural(count, 'deploy')}, each named by its newest commit`
  return direction === 'taken_out' ? `takes out ${what}` : `brings in ${what}`
}

function byWhom({ commits }: CommitRange): string {
  const authors = [...new Set(commits.flatMap(({ author }) => author ?? []))]
  return authors.length === 0 ? '' : ` by ${nameSome(authors, NAMED_SHORT)}`
}

function describeImage({
  name,
  from,
  to,
}: {
  readonly name: string
  readonly from: string | null
  readonly to: string | null
}): string {
  if (from === null) return `${name} ${to ?? ''} is new`
  return to === null ? `${name} ${from} goes` : `${name} ${from} → ${to}`
}

function countResources(resources: readonly ResourceChange[]): string {
  if (resources.length === 0) return 'no resource differs'
  const named = nameSome(
    resources.map(({ kind, name }) => `${kind} ${name}`),
    NAMED_SHORT,
  )
  return `${plural(resources.length, 'resource')} ${resources.length === 1 ? 'differs' : 'differ'} (${named})`
}

function describeResources(resources: readonly ResourceChange[]): string {
  if (resources.length === 0) return 'no resource'
  return nameSome(
    resources.map(({ kind, name, change }) => `${kind} ${name} ${change}`),
    NAMED,
  )
}

function describePaged(paged: readonly string[], most: number): string {
  return paged.length === 0 ? 'pages nobody: no one is on call there' : `pages ${nameSome(paged, most)}`
}

function short(revision: string | null): string {
  return revision === null ? 'an unnamed revision' : shortRevision(revision)
}
