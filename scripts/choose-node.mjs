// Which Node runs the product. Plain JavaScript that Node 18 understands, without dependencies.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'

const OLDEST = [22, 18]

function versionOf(path) {
  try {
    const text = execFileSync(path, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    const match = /^v(\d+)\.(\d+)/.exec(text)
    return match ? [Number(match[1]), Number(match[2])] : undefined
  } catch {
    // A binary for another machine, or none: the next candidate is tried.
    return undefined
  }
}

function isNewEnough(version) {
  if (!version) return false
  return version[0] > OLDEST[0] || (version[0] === OLDEST[0] && version[1] >= OLDEST[1])
}

function candidates(repository) {
  const name = process.platform === 'win32' ? 'node.exe' : 'node'
  const onPath = (process.env.PATH ?? '').split(delimiter).filter(Boolean)
  const folders = [join(repository, 'node_modules', '.bin'), dirname(process.execPath), ...onPath]
  return [...new Set(folders.map((folder) => join(folder, name)))].filter((path) => existsSync(path))
}

/** The Node that came with the packages, else a new enough one of this machine, else one line that says what to do. */
export function chooseNode(repository) {
  for (const path of candidates(repository)) {
    if (isNewEnough(versionOf(path))) return { path, directory: dirname(path) }
  }
  return {
    problem: `Countersign needs Node ${OLDEST.join('.')} or later; this machine has ${process.version} and no package brings Node for ${process.platform} ${process.arch}. Install Node 24 and try again.`,
  }
}
