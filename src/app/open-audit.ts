import { createPublicKey } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { keyIdOf, signCheckpoint } from '../audit/checkpoint.ts'
import type { Config } from '../config/config.ts'
import type { AuditRecord, SealedLeaf } from '../domain/audit-entry.ts'
import type { Clock } from '../kernel/clock.ts'
import type { ClockOffset } from './clock-offset.ts'
import type { Logger } from '../kernel/logger.ts'
import type { CheckpointPlaces } from './open-checkpoint-places.ts'
import { keepAudit } from '../orchestrator/keep-audit.ts'
import type { CheckpointDeps } from '../orchestrator/checkpoint-audit.ts'
import type { AuditKeeper } from '../orchestrator/keep-audit.ts'
import type { Signals } from '../ports/signals.ts'
import type { Stores } from '../ports/stores.ts'
import type { Telemetry } from '../ports/telemetry.ts'
import { openAuditKey } from '../store/audit-key.ts'
import type { AuditKeySource } from '../store/audit-key.ts'
import { createAuditSequencer } from '../store/audit-sequencer.ts'
import { PlaceHangsError } from '../store/checkpoint-place.ts'
import type { OpenDatabase } from '../store/database.ts'

const NAMES_OF_SECRETS = /TOKEN|SECRET|PASSWORD|API_KEY|ROUTING_KEY|_PEM|DATABASE/i
/** Where a secret lies, not what it is. */
const END_OF_PATHS = '_FILE'
/** Shorter ones would take harmless words out of every entry. */
const SHORTEST_SECRET = 6

/** Every secret value of the environment, for the sealer and for whoever else must not repeat them. */
export function secretsOf({ environment }: Config): readonly string[] {
  return Object.entries(environment)
    .filter(([name]) => NAMES_OF_SECRETS.test(name) && !name.endsWith(END_OF_PATHS))
    .flatMap(([, value]) => (Array.isArray(value) ? value : [value]))
    .filter((value) => typeof value === 'string')
    .flatMap(secretsIn)
    .filter((value) => value.length >= SHORTEST_SECRET)
}

/** Of an address the password, as it is written and as it is meant; a token with a colon in it is no address. */
function secretsIn(value: string): readonly string[] {
  if (!value.includes('://') || !URL.canParse(value)) return [value]
  const { password } = new URL(value)
  return [password, ...(isEncoded(password) ? [decodeURIComponent(password)] : [])]
}

function isEncoded(text: string): boolean {
  return /^(?:[^%]|%[0-7][\dA-F])*$/i.test(text)
}

export function auditKeySourceOf(config: Config): AuditKeySource {
  return {
    path: config.environment.COUNTERSIGN_AUDIT_KEY,
    pem: config.environment.COUNTERSIGN_AUDIT_KEY_PEM,
    defaultPath: `${config.dataFolder}-audit.key`,
  }
}

export interface OpenAuditNeeds {
  readonly config: Config
  readonly pool: OpenDatabase['pool']
  readonly db: OpenDatabase['db']
  readonly stores: Pick<Stores, 'audit' | 'leases'>
  readonly signals: Signals
  readonly seal: (record: AuditRecord) => SealedLeaf
  readonly clock: Clock
  readonly log: Logger
  readonly telemetry: Telemetry
  readonly replicaId: string
  /** Told how far the database's clock is from this one. */
  readonly clockOffset?: Pick<ClockOffset, 'note'>
  readonly places: Pick<CheckpointPlaces, 'own' | 'hanging'>
  /** The further places. */
  readonly published?: Pick<CheckpointDeps, 'publish' | 'remind'>
}

/** Starts numbering and signing on this replica. Its `close` comes before the stores'. */
export async function openAudit(needs: OpenAuditNeeds): Promise<AuditKeeper> {
  const { config, log, pool, db, published, places } = needs
  const key = await openAuditKey(auditKeySourceOf(config))
  const publicKey = createPublicKey(key.privateKey)
  if (key.isNew) {
    log.warn(
      { path: key.path, keyId: keyIdOf(publicKey) },
      'an audit key was made beside the data folder; production keeps it elsewhere: see "countersign audit keygen" and COUNTERSIGN_AUDIT_KEY',
    )
  }
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
  try {
    await places.own.ask(() => writePublicKey(config.checkpointFolder, pem))
  } catch (error) {
    // Entries get their numbers all the same.
    if (!(error instanceof PlaceHangsError)) throw error
    log.error({ err: error }, 'the public key of the audit log could not be put beside its checkpoints')
  }
  return keepAudit({
    ...needs,
    sequencer: createAuditSequencer(pool, db),
    checkpoints: places.own,
    hanging: places.hanging,
    sign: (checkpoint) => signCheckpoint(checkpoint, key.privateKey),
    ...published,
  })
}

/** For convenience only: who verifies keeps a copy of the public key of their own. */
async function writePublicKey(folder: string, pem: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o750 })
  await writeFile(join(folder, 'audit.pub'), pem, { mode: 0o644 })
}
