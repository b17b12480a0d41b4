import { Time } from '../time-schema.ts'
import { z } from 'zod'

const Text = z.string().max(10_000)
const Id = z.union([z.string().min(1).max(100), z.number().transform(String)], { error: 'expected a number' })
const Repository = z.object({
  full_name: z
    .string({ error: 'expected owner/repository' })
    .regex(/^[^/\s]+\/[^/\s]+$/, 'expected owner/repository')
    .max(300),
  default_branch: Text.nullish(),
  /** Seconds in a push, text elsewhere; a number that is out of range counts as absent. */
  pushed_at: z.unknown().optional(),
})
const Paths = z
  .array(Text)
  .nullish()
  .transform((paths) => paths ?? [])
const Commit = z.object({
  id: Text,
  message: Text.nullish(),
  author: z.object({ name: Text.nullish(), username: Text.nullish() }).nullish(),
  added: Paths,
  removed: Paths,
  modified: Paths,
})

export const PushEvent = z.object({
  ref: Text,
  after: Text,
  before: Text.nullish(),
  deleted: z.boolean().nullish(),
  compare: Text.nullish(),
  commits: z
    .array(Commit)
    .nullish()
    .transform((commits) => commits ?? []),
  head_commit: Commit.nullish(),
  pusher: z.object({ name: Text.nullish() }).nullish(),
  repository: Repository,
})
export type PushEvent = z.infer<typeof PushEvent>

const Deployment = z.object({
  id: Id,
  sha: Text,
  ref: Text.nullish(),
  task: Text.nullish(),
  environment: Text.nullish(),
  description: Text.nullish(),
  payload: z.unknown().optional(),
  created_at: Time,
  creator: z.object({ login: Text.nullish() }).nullish(),
})
export type Deployment = z.infer<typeof Deployment>

export const DeploymentEvent = z.object({ deployment: Deployment, repository: Repository })
export type DeploymentEvent = z.infer<typeof DeploymentEvent>

export const DeploymentStatusEvent = z.object({
  deployment_status: z.object({ state: Text, created_at: Time, target_url: Text.nullish(), log_url: Text.nullish() }),
  deployment: Deployment,
  repository: Repository,
})
export type DeploymentStatusEvent = z.infer<typeof DeploymentStatusEvent>
