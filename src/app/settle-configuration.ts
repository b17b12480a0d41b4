import { readVersion } from '../orchestrator/configuration/read-version.ts'
import { settleFound } from '../orchestrator/configuration/settle-found.ts'
import type { Config } from '../config/config.ts'
import type { Deps } from '../orchestrator/dependencies.ts'
import type { Settled } from '../orchestrator/configuration/settle-found.ts'

/**
 * Before anything is served: what was found in the folders comes into force, or waits for two people while this replica
 * goes on with what is in force. Throws where that cannot be read by this build.
 */
export async function settleConfiguration(config: Config, deps: Deps): Promise<void> {
  const review = config.settings.mode === 'observe' ? 'observe' : config.settings.review.configuration
  const settled = await settleFound(deps, readVersion(config.found), review)
  await deps.configuration.catchUp()
  say(settled, config.found.digest, deps)
}

function say({ outcome, change }: Settled, found: string, { log, configuration }: Deps): void {
  const about = { change: change?.id, found, inForce: configuration.digest }
  if (outcome === 'accepted') {
    log.info({ ...about, review: change?.review }, 'the policies and playbooks found are in force')
  }
  if (outcome === 'pending') {
    log.warn(
      about,
      `the policies or playbooks found are not those in force: ${change?.id ?? ''} waits for two people, and until then the accepted ones decide`,
    )
  }
  if (outcome === 'rejected') {
    log.warn(
      about,
      `the policies or playbooks found were rejected as ${change?.id ?? ''} (${change?.closedReason ?? ''}); the accepted ones decide. Change the files to ask again`,
    )
  }
}
