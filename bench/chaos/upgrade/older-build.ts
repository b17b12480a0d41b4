import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url))

export interface OlderBuild {
  readonly folder: string
  readonly revision: string
  /** Since when an older build leaves messages of kinds that it does not know. */
  readonly leavesUnknownMessages: boolean
}

/** The build before the newest migration, or another one, from the history of Git, with the packages of this one. */
export function unpackOlderBuild(parent: string, asked: string | undefined): OlderBuild {
  const revision = git('rev-parse', '--short', asked ?? `${git('log', '-1', '--format=%H', '--', 'migrations')}^`)
  const folder = join(parent, 'older')
  mkdirSync(folder)
  const archive = execFileSync('git', ['archive', '--format=tar', revision], { cwd: REPOSITORY, maxBuffer: 1 << 30 })
  execFileSync('tar', ['-x', '-C', folder], { input: archive })
  symlinkSync(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'))
  const outbox = readFileSync(join(folder, 'src', 'ports', 'outbox.ts'), 'utf8')
  return { folder, revision, leavesUnknownMessages: outbox.includes('OUTBOX_KINDS') }
}

function git(...words: readonly string[]): string {
  try {
    return execFileSync('git', words, { cwd: REPOSITORY, encoding: 'utf8' }).trim()
  } catch (cause) {
    throw new Error(`The older build comes from the history of Git: git ${words.join(' ')} failed.`, { cause })
  }
}
