import { AppError } from '../../kernel/errors.ts'
import type { Commits } from '../../ports/commits.ts'
import type { ConnectorHealth } from '../shared/connector-health.ts'

const REMEDY =
  'Check GITHUB_TOKEN ("contents: read" of the repositories of the catalog), GITHUB_API_URL and the network between.'
/** The newest commit compared with itself: as cheap as a comparison can be. */
const NEWEST = 'HEAD'

/** For `doctor`: is the token good, and may it read the repositories of the catalog? */
export async function checkGitHub(
  commits: Commits,
  repositories: readonly string[],
  signal: AbortSignal,
): Promise<ConnectorHealth> {
  const unread: string[] = []
  try {
    for (const repository of repositories) {
      const compared = await commits.compare({ repository, from: NEWEST, to: NEWEST }, signal)
      if (compared === null) unread.push(repository)
    }
  } catch (cause) {
    return {
      ok: false,
      detail: cause instanceof AppError ? cause.message : 'GitHub could not be asked.',
      remedy: REMEDY,
    }
  }
  if (repositories.length === 0) {
    return {
      ok: false,
      detail: 'GitHub is configured, and no service names its repository.',
      remedy: 'Set the annotation github.com/project-slug in the catalog.',
    }
  }
  // GitHub says "not found" of what a token may not see.
  if (unread.length > 0) {
    return { ok: false, detail: `GitHub shows no repository ${unread.join(', ')}.`, remedy: REMEDY }
  }
  return { ok: true, detail: `GitHub shows ${String(repositories.length)} repository(ies).`, remedy: '' }
}
