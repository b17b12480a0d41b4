#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8'

/**
 * Set before anything else is loaded, since they hold for what is loaded after them. The service idles most of its
 * life, so memory counts more than the last bit of speed: new objects keep to a small space, garbage is given back to
 * the system, and one optimizing compiler less is kept. WebAssembly (Cedar's) stays with its baseline compiler, whose
 * code decides in a fifth of a millisecond, while optimizing it takes 30 MB and 0.3 s of every start. `npm start` and
 * the image name this one on the command line too, where it also holds for Node's own stripping of types.
 */
const SPARING = ['--semi-space-growth-factor=1', '--optimize-for-size', '--no-maglev', '--wasm-tier-up-filter=0']
/** A worker by itself is there to work: some 14 MB more, and a step of a run takes a quarter less of its processor. */
const FOR_WORK = ['--semi-space-growth-factor=1', '--wasm-tier-up-filter=0']
const isWorker = /--role[ =]worker\b/.test(process.argv.join(' '))
for (const flag of isWorker ? FOR_WORK : SPARING) setFlagsFromString(flag)

/** The process: arguments in, exit code out, and one signal that asks for a graceful end. A second one ends it at once. */
const stop = new AbortController()
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.once(name, () => {
    stop.abort()
  })
}

/** Whoever read the output may go away (`| head`, a log shipper that dies): what is in work goes on all the same. */
for (const output of [process.stdout, process.stderr]) {
  output.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

const args = process.argv.slice(2)
const [{ runCommand }, { loadCommands }] = await Promise.all([
  import('./cli/run-command.ts'),
  import('./cli/load-commands.ts'),
])
process.exitCode = await runCommand(await loadCommands(args), args, {
  variables: process.env,
  print: (line) => process.stdout.write(`${line}\n`),
  printError: (line) => process.stderr.write(`${line}\n`),
  signal: stop.signal,
})
