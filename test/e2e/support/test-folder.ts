import { chmodSync, mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { fastestFolder, findTestServer, folderPrefix } from '../../support/test-server.ts'

/** A folder of the test's own, through which the user the database runs as may pass. It goes with the run at the latest. */
export function makeTestFolder(): string {
  const folder = mkdtempSync(join(fastestFolder(), folderPrefix(findTestServer().runId)))
  chmodSync(folder, 0o711)
  return folder
}
