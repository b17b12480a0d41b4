import { RefusedError } from '../../kernel/errors.ts'
import { historyOf, isAutoSyncOn, revisionOf, shortRevision } from './application-state.ts'
import { imagesOf, parseRendered } from './rendered-resources.ts'
import type { AppReference } from './app-name.ts'
import type { Application } from './schema.ts'
import type { ArgoCdContext } from './argocd-context.ts'
import type { RenderedResource } from './rendered-resources.ts'

/** Newest first; older ones that were rolled back from are long mended. */
const MOST_LOOKED_AT = 3

/** Throws RefusedError while auto-sync would bring back what was rolled back from. */
export type GitGuard = (
  argocd: ArgoCdContext,
  app: AppReference,
  application: Application,
  signal: AbortSignal,
) => Promise<void>

/**
 * Auto-sync deploys what Git's target revision resolves to (`status.sync.revision`, read after a refresh). That is bad
 * when it is a revision that was rolled back from, by the app's own history; when it renders the same as one; or when
 * it runs an image of one that what is deployed now does not. An app that has it on already, or was never rolled back,
 * has nothing to guard. What cannot be rendered is refused: nobody knows then what would be deployed.
 */
export const requireGoodGit: GitGuard = async (argocd, app, application, signal) => {
  const bad = rolledBackFrom(application)
  const head = gitRevisionOf(application)
  if (bad.length === 0 || isAutoSyncOn(application)) return
  if (head === null) throw unknownHead(app.name)
  const same = bad.find((revision) => revision === head)
  if (same !== undefined) throw stillBad(app.name, head, `it is the revision that was rolled back from`)
  const render = async (revision: string) => parseRendered(await argocd.client.getManifests(app, revision, signal))
  const good = revisionOf(historyOf(application)[0] ?? {}) ?? head
  const [now, next, ...worse] = await Promise.all([good, head, ...bad.slice(0, MOST_LOOKED_AT)].map(render))
  for (const resources of worse) {
    const why = whySame(now ?? [], next ?? [], resources)
    if (why !== null) throw stillBad(app.name, head, why)
  }
}

/** What Git's target resolved to when Argo CD last looked. */
export function gitRevisionOf(application: Application): string | null {
  return revisionOf(application.status?.sync ?? {})
}

/** Deployed once, and then left for what had been deployed before it; never what is deployed now. Newest first. */
function rolledBackFrom(application: Application): readonly string[] {
  const revisions = historyOf(application).flatMap((entry) => revisionOf(entry) ?? [])
  const [current] = revisions
  const left = revisions.filter((revision, index) => {
    const later = revisions.slice(0, index)
    const earlier = revisions.slice(index + 1)
    return later.some((one) => one !== revision && earlier.includes(one))
  })
  return [...new Set(left)].filter((revision) => revision !== current)
}

function whySame(
  now: readonly RenderedResource[],
  next: readonly RenderedResource[],
  bad: readonly RenderedResource[],
): string | null {
  const digestOf = (resources: readonly RenderedResource[]) =>
    JSON.stringify(resources.map(({ key, digest }) => `${key} ${digest}`).sort())
  if (digestOf(next) === digestOf(bad) && digestOf(now) !== digestOf(bad)) {
    return 'it renders the same as the revision that was rolled back from'
  }
  const running = new Set(imagesOf(now))
  const returning = imagesOf(bad).filter((image) => !running.has(image) && imagesOf(next).includes(image))
  return returning.length === 0 ? null : `it brings back ${returning.slice(0, 3).join(', ')}`
}

function stillBad(app: string, head: string, why: string): RefusedError {
  return new RefusedError(
    'git_holds_bad_revision',
    `Auto-sync of ${app} would deploy ${shortRevision(head)}, and ${why}. Revert it in Git first, then switch auto-sync on.`,
  )
}

function unknownHead(app: string): RefusedError {
  return new RefusedError(
    'git_unknown',
    `Argo CD does not tell what Git holds for ${app}, and something was rolled back there. Look at it in Argo CD.`,
  )
}
