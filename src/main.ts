#!/usr/bin/env node
import { COMMANDS } from './cli/commands.ts'
import { runCommand } from './cli/run-command.ts'

/** The process: arguments in, exit code out, and one signal that asks for a graceful end. A second one ends it at once. */
const stop = new AbortController()
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.once(name, () => {
    stop.abort()
  })
}
process.exitCode = await runCommand(COMMANDS, process.argv.slice(2), {
  variables: process.env,
  print: (line) => process.stdout.write(`${line}\n`),
  printError: (line) => process.stderr.write(`${line}\n`),
  signal: stop.signal,
})
