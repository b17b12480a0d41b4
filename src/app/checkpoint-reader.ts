import { createPublicKey } from 'node:crypto'
import { verifyCheckpoint } from '../audit/checkpoint.ts'
import { auditKeySourceOf } from './open-audit.ts'
import { findAuditKey } from '../store/audit-key.ts'
import { readCheckpointLines } from '../store/checkpoint-folder.ts'
import type { Checkpoint } from '../domain/audit-entry.ts'
import type { Config } from '../config/config.ts'
import type { ReadCheckpoints } from '../orchestrator/review-audit.ts'
import type { KeyObject } from 'node:crypto'

/** Those of the folder whose place lies in the range; what is not signed with this installation's key is counted. */
export function checkpointReader(config: Config): ReadCheckpoints {
  return async (from, to) => {
    const key = await findAuditKey(auditKeySourceOf(config))
    const publicKey = key === undefined ? undefined : createPublicKey(key.privateKey)
    const lines = await readCheckpointLines(config.checkpointFolder)
    const found = lines.map(parseLine)
    const inRange = found.flatMap((one) => (one !== null && one.size >= from && one.size <= to ? [one] : []))
    const genuine = inRange.filter((one) => publicKey !== undefined && isGenuine(one, publicKey))
    const unreadable = found.filter((one) => one === null).length
    return { genuine, forged: inRange.length - genuine.length + unreadable }
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
  return verifyCheckpoint(checkpoint, publicKey)
}
