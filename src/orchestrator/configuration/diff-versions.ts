import { diffLines } from './diff-lines.ts'
import type { ConfigurationFileView } from '../../domain/configuration-view.ts'
import type { ConfigurationText, ConfigurationVersion } from '../../domain/configuration.ts'
import type { DiffLine } from './diff-lines.ts'

export interface VersionDiff {
  readonly files: readonly ConfigurationFileView[]
  /** Every changed line with two of its neighbours. */
  readonly text: string
}

const CONTEXT = 2

/** What became of each file, from one version to the other; `before` is undefined for the very first. */
export function diffVersions(before: ConfigurationVersion | undefined, after: ConfigurationVersion): VersionDiff {
  const old = byKey(before?.files ?? [])
  const fresh = byKey(after.files)
  const keys = [...new Set([...old.keys(), ...fresh.keys()])].sort()
  const changed = keys.flatMap((key) => diffFile(old.get(key), fresh.get(key)))
  return { files: changed.map(({ file }) => file), text: changed.map(({ text }) => text).join('\n') }
}

function byKey(files: readonly ConfigurationText[]): ReadonlyMap<string, ConfigurationText> {
  return new Map(files.map((file) => [`${file.kind} ${file.path}`, file]))
}

function diffFile(
  before: ConfigurationText | undefined,
  after: ConfigurationText | undefined,
): readonly { readonly file: ConfigurationFileView; readonly text: string }[] {
  const file = after ?? before
  if (file === undefined || before?.text === after?.text) return []
  const lines = linesOf(before?.text, after?.text)
  const count = (sign: DiffLine['sign']) => lines.filter((line) => line.sign === sign).length
  const change = before === undefined ? 'added' : after === undefined ? 'removed' : 'changed'
  const view = { kind: file.kind, path: file.path, change, added: count('+'), removed: count('-') } as const
  return [{ file: view, text: [`${file.kind} ${file.path} (${change})`, ...nearChanges(lines)].join('\n') }]
}

/** A file that was not there, or is not any more, has no line to compare with. */
function linesOf(before: string | undefined, after: string | undefined): readonly DiffLine[] {
  const whole = (sign: '+' | '-', text: string): readonly DiffLine[] =>
    text
      .replace(/\n$/, '')
      .split('\n')
      .map((line) => ({ sign, text: line }))
  if (before === undefined) return whole('+', after ?? '')
  if (after === undefined) return whole('-', before)
  return diffLines(before, after)
}

function nearChanges(lines: readonly DiffLine[]): readonly string[] {
  const near = new Set<number>()
  for (const [index, line] of lines.entries()) {
    if (line.sign === ' ') continue
    for (let other = index - CONTEXT; other <= index + CONTEXT; other += 1) near.add(other)
  }
  return lines.flatMap((line, index) => {
    if (near.has(index)) return [`${line.sign} ${line.text}`]
    return near.has(index - 1) && index < lines.length - 1 ? ['  …'] : []
  })
}
