import { createPublicKey } from 'node:crypto'
import { verifyCheckpoint } from '../audit/checkpoint.ts'
import { auditKeySourceOf } from './open-audit.ts'
import { findAuditKey } from '../store/audit-key.ts'
import { streamCheckpointLines } from '../store/checkpoint-folder.ts'
import type { Checkpoint } from '../domain/audit-entry.ts'
import type { CheckpointPlace } from '../store/checkpoint-place.ts'
import type { Config } from '../config/config.ts'
import type { ReadCheckpoints } from '../orchestrator/review-audit.ts'
import type { KeyObject } from 'node:crypto'

/** Those of the folder whose place is this one or later; what is not signed with this installation's key is counted. */
export function checkpointReader(config: Config, place: CheckpointPlace): ReadCheckpoints {
  return async (from) => {
    const key = await findAuditKey(auditKeySourceOf(config))
    const publicKey = key === undefined ? undefined : createPublicKey(key.privateKey)
    const genuine: Checkpoint[] = []
    let forged = 0
    // A line at a time: in a year there are millions of them, and none but the last day's is kept.
    for await (const line of streamCheckpointLines(config.checkpointFolder, (look) => place.ask(look))) {
      const found = parseLine(line)
      if (found !== null && found.size < from) continue
      if (found !== null && publicKey !== undefined && isGenuine(found, publicKey)) genuine.push(found)
      else forged += 1
    }
    return { genuine, forged }
  }
}

function parseLine(line: string): Checkpoint | null {
  try {
    const value = JSON.parse(line) as Partial<Checkpoint> | null
    return typeof value?.size === 'number' && typeof value.signature === 'string' ? (value as Checkpoint) : null
  } catch {
    // Counted as forged: nobody else writes there.
    return null
  }
}

function isGenuine(checkpoint: Checkpoint, publicKey: KeyObject): boolean {
  try {
    return verifyCheckpoint(checkpoint, publicKey)
  } catch {
    // Nothing that could have been signed: a number without end, or parts within parts.
    return false
  }
}
