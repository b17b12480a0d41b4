// Runs jest on the right Node and prints `N passed, N failed, N skipped` as the very last line. Arguments are jest's
// own: path patterns such as `test/unit/policy`, `-t name`, `--selectProjects unit`.
import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chooseNode } from './choose-node.mjs'

const repository = fileURLToPath(new URL('..', import.meta.url))
// One more than the cores of the smallest machine: a third of the suite's time is spent waiting for processes and leases.
const WORKERS = 3
// WebAssembly (Cedar's) stays with its baseline compiler, as in the product: optimizing it costs each worker 0.4 s of the
// processor. Workers are started with jest's own arguments.
const NODE_ARGUMENTS = ['--wasm-tier-up-filter=0']
// After the summary stands jest has nothing left to do. A process that stays means a test left something open.
const EXIT_GRACE_MS = 20_000
const END_WITH_JEST = join(repository, 'test', 'support', 'end-with-jest.cjs')

function environmentFor(node, folder) {
  const options = [
    process.env.NODE_OPTIONS,
    '--disable-warning=ExperimentalWarning',
    `--require ${JSON.stringify(END_WITH_JEST)}`,
  ]
  return {
    ...process.env,
    NODE_ENV: 'test',
    // Hundreds of processes of the product are started: each finds what an earlier one compiled.
    NODE_COMPILE_CACHE: join(repository, 'node_modules', '.cache', 'countersign-tests'),
    NODE_OPTIONS: options.filter(Boolean).join(' '),
    PATH: [node.directory, join(repository, 'node_modules', '.bin'), process.env.PATH ?? ''].join(delimiter),
    COUNTERSIGN_TEST_SUMMARY: summaryFileIn(folder),
    // What a killed test leaves goes with the folder of its run. Databases look at what was asked for (`fastestFolder`).
    TMPDIR: folder,
    COUNTERSIGN_TEST_TMPDIR: process.env.TMPDIR ?? '',
  }
}

function summaryFileIn(folder) {
  return join(folder, 'summary.json')
}

function runJest(node, args, folder) {
  const jest = join(repository, 'node_modules', 'jest', 'bin', 'jest.js')
  const child = spawn(node.path, [...NODE_ARGUMENTS, jest, `--maxWorkers=${WORKERS}`, '--colors=false', ...args], {
    cwd: repository,
    env: environmentFor(node, folder),
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
  return waitForEnd(child, summaryFileIn(folder))
}

function waitForEnd(child, summaryFile) {
  return new Promise((resolve) => {
    let summarySince
    let wasKilled = false
    const watch = setInterval(() => {
      if (summarySince === undefined && existsSync(summaryFile)) summarySince = Date.now()
      if (summarySince !== undefined && Date.now() - summarySince > EXIT_GRACE_MS && !wasKilled) {
        wasKilled = true
        console.log(`\njest did not end ${EXIT_GRACE_MS / 1000} s after its last test: a test left something open`)
        child.kill('SIGKILL')
      }
    }, 250)
    child.on('error', (cause) => {
      clearInterval(watch)
      console.error(`jest could not be started: ${cause.message}`)
      resolve({ exitCode: 1, wasKilled })
    })
    child.on('exit', (code) => {
      clearInterval(watch)
      resolve({ exitCode: code ?? 1, wasKilled })
    })
  })
}

function readCounts(summaryFile) {
  if (!existsSync(summaryFile)) return undefined
  return JSON.parse(readFileSync(summaryFile, 'utf8'))
}

async function main() {
  const node = chooseNode(repository)
  if (node.problem) {
    console.error(node.problem)
    process.exitCode = 2
    return
  }
  const folder = mkdtempSync(join(tmpdir(), 'countersign-tests-'))
  // As root a database runs as somebody else, who has to pass through this folder.
  chmodSync(folder, 0o711)
  try {
    const { exitCode, wasKilled } = await runJest(node, process.argv.slice(2), folder)
    const counts = readCounts(summaryFileIn(folder)) ?? { passed: 0, failed: exitCode === 0 ? 0 : 1, skipped: 0 }
    if (wasKilled) counts.failed += 1
    else if (exitCode !== 0 && counts.failed === 0) counts.failed = 1
    process.exitCode = counts.failed > 0 ? 1 : exitCode
    console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

await main()
