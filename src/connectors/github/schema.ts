import { z } from 'zod'

/** Only what we use of `GET /repos/{owner}/{repo}/compare/{base}...{head}`. */
export const Comparison = z.object({
  html_url: z.string().nullish(),
  total_commits: z.number().nullish(),
  commits: z.array(
    z.object({
      sha: z.string(),
      author: z.object({ login: z.string().nullish() }).nullish(),
      commit: z.object({ message: z.string(), author: z.object({ name: z.string().nullish() }).nullish() }),
    }),
  ),
  files: z.array(z.object({ filename: z.string(), changes: z.number().nullish() })).nullish(),
})
