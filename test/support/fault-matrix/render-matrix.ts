import { MATRIX_FAULTS } from './matrix-fault.ts'
import { MATRIX_ROWS } from './matrix-rows.ts'
import type { CellVerdict } from './judge-cell.ts'

/** What is written into a cell: what is on record of the request, and how the step ends. */
const WORDS: Readonly<Record<string, string>> = {
  'unknown succeeded': 'unknown, then found',
  'unknown unknown': 'unknown, a person',
  'not_executed succeeded': 'not done, sent again',
  'done succeeded': 'done',
  'pending succeeded': 'done',
  'nothing succeeded': 'done',
}

/** The matrix as a table of Markdown: a row for each action, a column for each fault. */
export function renderMatrix(verdicts: readonly CellVerdict[]): string {
  const faults = MATRIX_FAULTS.map(({ name }) => name)
  const head = [`| action | ${faults.join(' | ')} |`, `|---|${faults.map(() => '---|').join('')}`]
  const rows = MATRIX_ROWS.map(({ name }) => {
    const own = verdicts.filter(({ action }) => action === name)
    const cells = faults.map((fault) => wordsOf(own.filter((verdict) => verdict.fault === fault)))
    return `| ${name} | ${cells.join(' | ')} |`
  })
  return [...head, ...rows].join('\n')
}

/** Of many times the same cell, everything that came of it. */
function wordsOf(verdicts: readonly CellVerdict[]): string {
  const said = verdicts.map(({ first, ended, broken }) =>
    broken.length > 0 ? `**${broken.join('; ')}**` : (WORDS[`${first} ${ended}`] ?? `${first}, ${ended}`),
  )
  return said.length === 0 ? 'n/a' : [...new Set(said)].join(' / ')
}
