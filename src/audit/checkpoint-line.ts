import type { Checkpoint } from '../domain/audit-entry.ts'

/** How much of the root a line shows: 64 bits, which nobody finds a second log for, and a person can compare by eye. */
const ROOT_DIGITS = 16

/** One line for a channel, which `audit verify --line` takes as it was copied from there. */
export function checkpointLine({ size, root, at }: Pick<Checkpoint, 'size' | 'root' | 'at'>): string {
  const time = new Date(at).toISOString().slice(0, 19).replace('T', ' ')
  return `Audit checkpoint: ${String(size)} entries, root ${root.slice(0, ROOT_DIGITS)}, ${time} UTC.`
}
