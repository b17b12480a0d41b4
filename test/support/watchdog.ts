import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Client, escapeIdentifier } from 'pg'
import { removeHome } from './remove-home.ts'
import { WatchdogDuty, fastestFolder, folderPrefix } from './test-server.ts'

/** See `startTestServer`: waits until nobody holds the other end of standard input, then clears up. */
const duty = WatchdogDuty.parse(JSON.parse(process.env['COUNTERSIGN_TEST_WATCHDOG'] ?? ''))

const heard: unknown[] = []
process.stdin.on('data', (word) => heard.push(word))
await new Promise<void>((resolve) => {
  process.stdin.on('end', resolve)
  process.stdin.on('error', () => resolve())
})
if ('home' in duty) await removeHome(duty.home)
else await dropDatabases(duty.adminUrl, duty.runId)
await removeTestFolders(duty.runId)
// After a regular stop whoever runs the tests still reads the summary there, and removes it then.
if (heard.length === 0 && duty.folder !== undefined) {
  rmSync(duty.folder, { recursive: true, force: true, maxRetries: 10 })
}

/** The processes that wrote there hang on a leash and end at the same time as the test; what they leave goes here. */
async function removeTestFolders(runId: string): Promise<void> {
  const parent = fastestFolder()
  const left = readdirSync(parent).filter((name) => name.startsWith(folderPrefix(runId)))
  for (const name of left) {
    const folder = join(parent, name)
    await removeHome(join(folder, 'data'))
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
  }
}

async function dropDatabases(adminUrl: string, runId: string): Promise<void> {
  const client = new Client({ connectionString: adminUrl })
  await client.connect()
  try {
    const { rows } = await client.query<{ datname: string }>('SELECT datname FROM pg_database WHERE datname LIKE $1', [
      `countersign_test_${runId}_%`,
    ])
    for (const { datname } of rows) await client.query(`DROP DATABASE ${escapeIdentifier(datname)} WITH (FORCE)`)
  } finally {
    await client.end()
  }
}
