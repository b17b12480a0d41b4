/** jest calls this once after the last test; without it the watchdog does the same when jest's process has ended. */
export default async function globalTeardown(): Promise<void> {
  await globalThis.stopTestServer?.()
}
