import { prepareTemplate } from './postgres.ts'
import { publishTestServer, startTestServer } from './test-server.ts'

/** jest calls this once per run, before the first project that names it. */
export default async function globalSetup(): Promise<void> {
  const { server, stop } = await startTestServer(folderOfRun())
  globalThis.stopTestServer = stop
  publishTestServer(server)
  await prepareTemplate(server)
}

/** undefined where jest was started by hand. */
function folderOfRun(): string | undefined {
  return process.env['COUNTERSIGN_TEST_TMPDIR'] === undefined ? undefined : process.env['TMPDIR']
}
