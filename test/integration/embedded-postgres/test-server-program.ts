import { startTestServer } from '../../support/test-server.ts'

/** A run of the tests as far as its database server goes: starts one, names it, and stays. */
const { server } = await startTestServer()
process.stdout.write(`${server.adminUrl}\n`)
process.stdin.resume()
