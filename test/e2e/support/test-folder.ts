import { chmodSync, mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { fastestFolder } from '../../support/test-server.ts'

/** A folder of the test's own, through which the user the database runs as may pass. */
export function makeTestFolder(): string {
  const folder = mkdtempSync(join(fastestFolder(), 'countersign-e2e-'))
  chmodSync(folder, 0o711)
  return folder
}
