import { askSource } from './refresh/ask-source.ts'
import { closeFollowUp } from './close-follow-up.ts'
import { COUNTERSIGN } from '../domain/actor.ts'
import { shortRevision } from '../summaries/wording.ts'
import type { Deps } from './dependencies.ts'
import type { DeployState } from '../ports/deploy-state.ts'
import type { FollowUp } from '../domain/follow-up.ts'

const EVERY_MS = 60_000
const MOST_AT_ONCE = 20
const TIMEOUT_MS = 5_000

/** A tick of the clock: looks whether what is open has been done, by whomever; what cannot be read stays open. */
export async function watchFollowUps(deps: Deps): Promise<{ readonly done: readonly string[] }> {
  const due = await deps.stores.followUps.claimLooks(EVERY_MS, MOST_AT_ONCE)
  const done = await Promise.all(due.map((followUp) => watchOne(deps, followUp)))
  return { done: done.flatMap((id) => id ?? []) }
}

async function watchOne(deps: Deps, followUp: FollowUp): Promise<string | undefined> {
  const reader = deps.deployState
  const service = [...deps.catalog.services.values()].find(({ argocd }) => argocd?.app === followUp.app)
  if (reader === null || service === undefined) return undefined
  const limits = { timeoutMs: TIMEOUT_MS, signal: new AbortController().signal }
  const answer = await askSource(deps, 'argocd', limits, (signal) => reader.read(service, signal))
  const finding = answer.ok && answer.value !== null ? findingOf(followUp, answer.value) : null
  if (finding === null) return undefined
  const end = { to: 'done', finding, actor: COUNTERSIGN, personId: null, origin: 'clock' } as const
  return (await closeFollowUp(deps, followUp, end))?.id
}

/** Auto-sync that is on again ends it, also where the bad revision came back with it: then it says so. */
function findingOf({ kind, app, badRevision }: FollowUp, state: DeployState): string | null {
  if (state.autoSync) {
    const isBack = badRevision !== null && state.revision === badRevision
    const warning = isBack ? ` ${shortRevision(badRevision)}, which was rolled back from, runs again.` : ''
    return `Auto-sync of ${app} is on again.${warning}`
  }
  return kind === 'revert' && state.sync === 'Synced' ? `${app} is in sync with Git again.` : null
}
