import { Comparison } from './schema.ts'
import { parseAnswer } from '../shared/parse-answer.ts'
import { sendRequest } from '../shared/http-request.ts'
import type { CommitRange, Commits, ComparedCommits } from '../../ports/commits.ts'
import type { HttpTiming } from '../shared/http-request.ts'

export interface GitHubOptions {
  /** `GITHUB_API_URL`, or https://api.github.com. */
  readonly apiUrl: string
  readonly token: string
  readonly timeoutMs?: number
  readonly onTiming?: (timing: HttpTiming) => void
}

const GITHUB = 'GitHub'
const DEFAULT_TIMEOUT_MS = 5_000
const NOT_FOUND = 404
/** As GitHub's own documentation pins it. */
const API_VERSION = '2022-11-28'

export function createGitHubCommits(options: GitHubOptions): Commits {
  return {
    compare: async (range, signal) => {
      const { apiUrl, token, timeoutMs = DEFAULT_TIMEOUT_MS, onTiming } = options
      const response = await sendRequest({
        vendor: GITHUB,
        method: 'GET',
        url: `${apiUrl.replace(/\/+$/, '')}${pathOf(range)}`,
        headers: {
          authorization: `Bearer ${token}`,
          accept: 'application/vnd.github+json',
          'x-github-api-version': API_VERSION,
          'user-agent': 'countersign',
        },
        timeoutMs,
        signal,
        effect: false,
        accepts: (status) => (status >= 200 && status < 300) || status === NOT_FOUND,
        ...(onTiming === undefined ? {} : { onTiming }),
      })
      if (response.status === NOT_FOUND) return null
      return toCompared(parseAnswer({ vendor: GITHUB, effect: false }, Comparison, response.bytes))
    },
  }
}

function pathOf({ repository, from, to }: CommitRange): string {
  const [owner = '', name = ''] = repository.split('/')
  const range = `${encodeURIComponent(from)}...${encodeURIComponent(to)}`
  return `/repos/${encodeURIComponent(owner)}/${encodeURIComponent(name)}/compare/${range}`
}

/** GitHub lists the oldest first. */
function toCompared(answer: ReturnType<typeof Comparison.parse>): ComparedCommits {
  return {
    total: answer.total_commits ?? answer.commits.length,
    commits: answer.commits.toReversed().map(({ sha, author, commit }) => ({
      revision: sha,
      author: author?.login ?? commit.author?.name ?? null,
      subject: commit.message.split('\n', 1)[0] ?? '',
    })),
    files: (answer.files ?? []).map(({ filename, changes }) => ({ path: filename, lines: changes ?? 0 })),
    url: answer.html_url ?? null,
  }
}
