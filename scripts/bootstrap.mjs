// Installs what is missing before a command starts, so that a newcomer needs no command but `npm run demo`. Runs on
// Node 18 and without any dependency, since at this moment there may be none.
//
//   node scripts/bootstrap.mjs          the packages the product needs
//   node scripts/bootstrap.mjs --dev    those the tests need as well
import { spawn } from 'node:child_process'
import { existsSync, lstatSync, statSync, utimesSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chooseNode } from './choose-node.mjs'
import { withInstallLock } from './install-lock.mjs'

const repository = fileURLToPath(new URL('..', import.meta.url))
const packages = join(repository, 'node_modules')
const lockFile = join(repository, 'package-lock.json')
// npm writes this file last, so it is absent after an install that was cut short.
const installedMark = join(packages, '.package-lock.json')
const HEARTBEAT_MS = 15_000

/** Why an install is needed, in words, or undefined when everything stands. */
function findReason(needsDev) {
  if (!existsSync(installedMark)) return existsSync(packages) ? 'an install was cut short' : 'node_modules is absent'
  if (statSync(installedMark).mtimeMs < statSync(lockFile).mtimeMs) {
    return 'package-lock.json is newer than node_modules'
  }
  if (needsDev && !existsSync(join(packages, 'jest'))) return 'the packages for tests are absent'
  return undefined
}

/** The npm that started us, when there is one: a machine may have several. */
function npmCommand() {
  const startedBy = process.env.npm_execpath
  if (startedBy && basename(startedBy) === 'npm-cli.js') return { file: process.execPath, args: [startedBy] }
  return process.platform === 'win32' ? { file: 'npm.cmd', args: [], shell: true } : { file: 'npm', args: [] }
}

/** npm ci empties what a link points to, which is somebody else's installation. */
function refuseLink() {
  if (!lstatSync(packages, { throwIfNoEntry: false })?.isSymbolicLink()) return
  throw new Error(
    'node_modules is a link to another folder, which npm ci would empty. Remove the link and start again.',
  )
}

function installPackages(needsDev) {
  const npm = npmCommand()
  const args = [...npm.args, 'ci', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error']
  if (needsDev) args.push('--include=dev')
  const startedAt = Date.now()
  const seconds = () => Math.round((Date.now() - startedAt) / 1000)
  const heartbeat = setInterval(() => console.log(`still installing (${seconds()} s)`), HEARTBEAT_MS)
  return new Promise((resolve, reject) => {
    const child = spawn(npm.file, args, { cwd: repository, stdio: ['ignore', 'ignore', 'inherit'], shell: npm.shell })
    const passOn = (signal) => child.kill(signal)
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, passOn)
    child.on('error', (cause) => reject(new Error(`npm could not be started: ${cause.message}. Is npm on the PATH?`)))
    child.on('exit', (code) => {
      if (code === 0) resolve(seconds())
      else reject(new Error(`npm ci failed with exit code ${code}. Mend what it says above and start again.`))
    })
  }).finally(() => clearInterval(heartbeat))
}

async function installIfNeeded(needsDev) {
  // Asked again under the lock: another start may have installed everything while this one waited.
  const reason = findReason(needsDev)
  if (!reason) return
  refuseLink()
  console.log(`Installing packages with npm ci, because ${reason}. This takes about a minute the first time.`)
  const seconds = await installPackages(needsDev)
  // A lock file dated in the future must not cause an install at every start.
  const newest = new Date(Math.max(Date.now(), statSync(lockFile).mtimeMs))
  utimesSync(installedMark, newest, newest)
  console.log(`Packages are installed (${seconds} s).`)
}

function reportMissingNode() {
  const node = chooseNode(repository)
  if (!node.problem) return false
  console.error(node.problem)
  return true
}

async function main() {
  const needsDev = process.argv.includes('--dev')
  try {
    if (findReason(needsDev)) await withInstallLock(repository, () => installIfNeeded(needsDev))
    if (reportMissingNode()) process.exitCode = 2
  } catch (cause) {
    console.error(`Countersign could not install its packages: ${cause.message}`)
    process.exitCode = 1
  }
}

await main()
