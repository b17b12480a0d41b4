import { AppError, ConfigurationError } from '../../kernel/errors.ts'
import { readVersion } from './read-version.ts'
import type { ConfigurationInForce } from '../../ports/configuration-in-force.ts'
import type { ConfigurationStore } from '../../ports/configuration-store.ts'
import type { ConfigurationVersion } from '../../domain/configuration.ts'
import type { Logger } from '../../kernel/logger.ts'
import type { UsableVersion } from './read-version.ts'
import type { Signals } from '../../ports/signals.ts'

export interface ConfigurationSource {
  readonly store: Pick<ConfigurationStore, 'readInForce'>
  readonly signals: Pick<Signals, 'listen'>
  readonly log: Logger
  /** What decides until the database is asked, and where it keeps nothing. */
  readonly found: ConfigurationVersion
  /** A signal may be lost. */
  readonly pollMs?: number
}

export interface OpenConfiguration extends ConfigurationInForce {
  close(): Promise<void>
}

const POLL_MS = 10_000

/**
 * What this replica decides by. State machine:
 *
 *   found (files, nothing asked yet) → in force (kept) → in force (another one, when two people accepted it) …
 *
 * All of a version is swapped by one assignment between two awaits, so that nobody reads policies of one and playbooks
 * of another. Whoever records what binds others (a proposal, an intent, a decision about configuration) compares the
 * digest with the database in the same statement or transaction, so that a replica that is late decides nothing.
 */
export function openConfiguration({
  store,
  signals,
  log,
  found,
  pollMs = POLL_MS,
}: ConfigurationSource): OpenConfiguration {
  let usable = readVersion(found)
  let digest: string | null = null
  let running: Promise<void> = Promise.resolve()
  let complaint: string | undefined
  const look = async (): Promise<void> => {
    const version = await store.readInForce(digest)
    if (version === undefined) return
    const isFirst = digest === null
    usable = readInForce(version)
    digest = version.digest
    if (!isFirst) log.info({ digest }, 'another configuration is in force')
  }
  const catchUp = (): Promise<void> => {
    // One after the other, so that an older reading never overwrites a newer one.
    running = running.catch(() => undefined).then(look)
    return running
  }
  const tryToCatchUp = (): void => {
    catchUp().then(
      () => {
        complaint = undefined
      },
      (error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error)
        if (reason !== complaint) log.error({ err: error }, 'the configuration in force cannot be taken')
        complaint = reason
      },
    )
  }
  const stopListening = signals.listen('configuration', tryToCatchUp)
  const timer = setInterval(tryToCatchUp, pollMs)
  timer.unref()
  return {
    get digest() {
      return digest
    },
    get policyVersion() {
      return usable.policy.version
    },
    get playbooks() {
      return usable.playbooks
    },
    authorize: (request) => usable.policy.authorize(request),
    catchUp,
    close: async () => {
      stopListening()
      clearInterval(timer)
      await running.catch(() => undefined)
    },
  }
}

class UnreadableConfigurationError extends AppError {
  constructor(digest: string, cause: Error) {
    super(
      'configuration_unreadable',
      `The policies and playbooks in force (${digest.slice(0, 8)}) cannot be read by this build, so it does nothing by them. Start the build that they are written for, or set "review: { configuration: repository }" to put the files of this one in force. ${cause.message}`,
      false,
      { cause },
    )
  }
}

function readInForce(version: ConfigurationVersion): UsableVersion {
  try {
    return readVersion(version)
  } catch (cause) {
    if (!(cause instanceof ConfigurationError)) throw cause
    throw new UnreadableConfigurationError(version.digest, cause)
  }
}
