import { oneLineText } from '../../kernel/clean-text.ts'
import { noFacts, readOrSay, unreadOf } from '../shared/step-facts.ts'
import { AppName, toAppReference } from './app-name.ts'
import { historyOf, revisionOf } from './application-state.ts'
import { compareImages, compareResources, parseRendered } from './rendered-resources.ts'
import type { ActionPreviewer, PreviewQuestion } from '../../ports/action-previewer.ts'
import type { CommitPreview, CommitRange, StepFacts } from '../../domain/plan-preview.ts'
import type { AppReference } from './app-name.ts'
import type { Application, RevisionMetadata } from './schema.ts'
import type { ArgoCdContext } from './argocd-context.ts'
import type { JsonObject } from '../../kernel/json.ts'

/** For one call; what a slow Argo CD does not tell by then is said to be unread. */
const CALL_MS = 5_000
const MOST_COMMITS = 10
const LONGEST_LINE = 200
const LONGEST_AUTHOR = 100
const SOURCE = 'Argo CD'

interface Move {
  readonly from: string
  readonly to: string
  readonly direction: CommitRange['direction']
}

/**
 * From which revision to which, the deploys between them, the images and the resources that differ. Nothing is asked of
 * Argo CD that does anything: a dry run would be an operation of the app and stand in the way of another one, so both
 * revisions are rendered (`manifests?revision=`) and compared here.
 */
export function createPreviewer(argocd: ArgoCdContext): ActionPreviewer {
  return {
    source: SOURCE,
    actions: ['argocd/rollback', 'argocd/sync', 'argocd/auto-sync'],
    preview: async ({ input, before }: PreviewQuestion, signal) => {
      const app = referenceOf(input.with, argocd)
      if (app === null || (input.uses === 'argocd/auto-sync' && input.with['enabled'] !== true)) return null
      const read = await readOrSay('The application', CALL_MS, signal, (deadline) =>
        argocd.client.getApplication(app, deadline),
      )
      if (!read.ok) return { ...noFacts(SOURCE), unread: [read.why] }
      const move = moveOf(input.uses, input.with, before, read.value)
      return move === null ? null : previewMove(argocd, app, read.value, move, signal)
    },
  }
}

function referenceOf(args: JsonObject, argocd: ArgoCdContext): AppReference | null {
  const name = AppName.safeParse(args['app'])
  return name.success ? toAppReference(name.data, argocd.projectOf) : null
}

/** The plan's own revisions where it has them: what is previewed is what is approved. */
function moveOf(
  uses: PreviewQuestion['input']['uses'],
  args: JsonObject,
  before: JsonObject | null,
  application: Application,
): Move | null {
  const from = textOf(before?.['revision'])
  const to = uses === 'argocd/rollback' ? textOf(before?.['rollbackTo']) : forwardTo(args, before, application)
  if (from === null || to === null) return null
  return { from, to, direction: uses === 'argocd/rollback' ? 'taken_out' : 'brought_in' }
}

/** What a sync names, what Git held when the plan was made, or what it holds now. */
function forwardTo(args: JsonObject, before: JsonObject | null, application: Application): string | null {
  return textOf(args['revision']) ?? textOf(before?.['gitRevision']) ?? revisionOf(application.status?.sync ?? {})
}

async function previewMove(
  argocd: ArgoCdContext,
  app: AppReference,
  application: Application,
  move: Move,
  signal: AbortSignal,
): Promise<StepFacts> {
  const { client } = argocd
  const [commits, before, after] = await Promise.all([
    readOrSay('The commits', CALL_MS, signal, (deadline) => readCommits(argocd, app, application, move, deadline)),
    readOrSay(`What ${cut(move.from)} renders`, CALL_MS, signal, async (deadline) =>
      parseRendered(await client.getManifests(app, move.from, deadline)),
    ),
    readOrSay(`What ${cut(move.to)} renders`, CALL_MS, signal, async (deadline) =>
      parseRendered(await client.getManifests(app, move.to, deadline)),
    ),
  ])
  const isRendered = before.ok && after.ok
  return {
    ...noFacts(SOURCE),
    revisions: { from: oneLineText(move.from, LONGEST_LINE), to: oneLineText(move.to, LONGEST_LINE) },
    commits: commits.ok ? commits.value : null,
    images: isRendered ? compareImages(before.value, after.value) : null,
    resources: isRendered ? compareResources(before.value, after.value) : null,
    unread: unreadOf(commits, before, after),
  }
}

/**
 * Argo CD tells of single revisions only. Between two entries of the history it knows what was deployed, each with its
 * newest commit; commits that were never deployed by themselves are not among them, so the list is not complete.
 */
async function readCommits(
  argocd: ArgoCdContext,
  app: AppReference,
  application: Application,
  move: Move,
  signal: AbortSignal,
): Promise<CommitRange | null> {
  const revisions = move.direction === 'taken_out' ? deployedSince(application, move) : [move.to]
  if (move.from === move.to || revisions.length === 0) return null
  const commits = await Promise.all(
    revisions
      .slice(0, MOST_COMMITS)
      .map(async (revision) => describe(revision, await argocd.client.getRevisionMetadata(app, revision, signal))),
  )
  return { direction: move.direction, isComplete: false, count: revisions.length, commits, source: SOURCE }
}

/** What was deployed after the entry that is gone back to, the newest first, each once. */
function deployedSince(application: Application, move: Move): readonly string[] {
  const entries = historyOf(application).flatMap((entry) => revisionOf(entry) ?? [])
  const start = entries.indexOf(move.from)
  const end = entries.indexOf(move.to, Math.max(0, start))
  const between = start === -1 ? [move.from] : entries.slice(start, end === -1 ? undefined : end)
  return [...new Set(between)].filter((revision) => revision !== move.to)
}

function describe(revision: string, metadata: RevisionMetadata): CommitPreview {
  const [firstLine = ''] = (metadata.message ?? '').trim().split(/[\n\r\u2028\u2029]/, 1)
  // `Mara Vega <mara@shop.example>`: the name is enough, and an address is nobody's business in a channel.
  const author = oneLineText((metadata.author ?? '').split('<', 1)[0] ?? '', LONGEST_AUTHOR)
  return {
    revision: oneLineText(revision, LONGEST_LINE),
    message: oneLineText(firstLine, LONGEST_LINE),
    author: author === '' ? null : author,
  }
}

function cut(revision: string): string {
  return oneLineText(revision, LONGEST_LINE).slice(0, 12)
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}
