import { OUTCOMES } from './parity-cases.ts'
import type { Outcome } from './parity-cases.ts'
import type { SurfaceName } from '../../../src/domain/surface.ts'

/** One case as it came out on every surface. */
export interface ParityResult {
  readonly verb: string
  readonly outcome: Outcome
  readonly says: string
  readonly code: string
  /** The answer's words, without its moment. */
  readonly text: string
  readonly surfaces: readonly SurfaceName[]
  /** Surfaces that offer a form first. */
  readonly forms: readonly SurfaceName[]
}

export interface PressResult {
  readonly label: string
  readonly by: string
  readonly code: string
  readonly text: string
  readonly surfaces: readonly SurfaceName[]
}

export interface ButtonResult {
  readonly state: string
  readonly labels: readonly string[]
  readonly surfaces: readonly SurfaceName[]
}

const HEADS: Readonly<Record<Outcome, string>> = {
  done: 'done',
  role: 'without the role',
  usage: 'wrong words',
  missing: 'missing words',
  unknown: 'what is not there',
  others: 'somebody else’s',
  ended: 'has ended',
  frozen: 'frozen',
  changed: 'has changed since',
}
const LETTERS: Readonly<Record<SurfaceName, string>> = { slack: 'S', teams: 'T', console: 'C' }

/** `done` on Slack and console: `` `done` S C ``. */
function cellOf(result: ParityResult | undefined): string {
  return result === undefined ? '–' : `\`${result.code}\` ${lettersOf(result.surfaces, result.forms)}`
}

function lettersOf(surfaces: readonly SurfaceName[], forms: readonly SurfaceName[] = []): string {
  return (['slack', 'teams', 'console'] as const)
    .filter((name) => surfaces.includes(name))
    .map((name) => `${LETTERS[name]}${forms.includes(name) ? ' (form)' : ''}`)
    .join(' ')
}

export function renderTable(results: readonly ParityResult[]): string {
  const verbs = [...new Set(results.map(({ verb }) => verb))].filter((verb) => verb !== '')
  const rows = verbs.map((verb) => {
    const cells = OUTCOMES.map((outcome) => cellOf(results.find((one) => one.verb === verb && one.outcome === outcome)))
    return `| \`${verb}\` | ${cells.join(' | ')} |`
  })
  return [
    `| verb | ${OUTCOMES.map((outcome) => HEADS[outcome]).join(' | ')} |`,
    `|---|${OUTCOMES.map(() => '---').join('|')}|`,
    ...rows,
  ].join('\n')
}

export interface ParityPage {
  readonly results: readonly ParityResult[]
  readonly presses: readonly PressResult[]
  readonly buttons: readonly ButtonResult[]
}

/** `docs/parity.md`. */
export function renderParity({ results, presses, buttons }: ParityPage): string {
  return `# The same words everywhere

Written by \`test/contract/surfaces/parity.test.ts\`, which fails when this page and the product differ; to write it anew:
\`COUNTERSIGN_WRITE_PARITY=1 npm test -- test/contract/surfaces\`. Every case goes through the surface's own road: signed
requests to the Slack route (S), activities to the Teams route (T), HTTP posts of a signed-in browser to the console (C).
The answer is compared byte for byte between the surfaces, and what reaches the asker must hold its words. Ids, hashes
and times are replaced.

## Verbs

A cell names the answer's code and the surfaces on which it was the same. A dash: it cannot happen to that
verb. (form): the slash command opens a form first; the words are those of a mention.

${renderTable(results)}

## Buttons

| the card is | its buttons | the same on |
|---|---|---|
${buttons.map((one) => `| ${one.state} | ${one.labels.join(', ')} | ${lettersOf(one.surfaces)} |`).join('\n')}

| pressed | by | answer | the same on |
|---|---|---|---|
${presses.map((one) => `| ${one.label} | ${one.by} | ${inCell(one.text)} (\`${one.code}\`) | ${lettersOf(one.surfaces)} |`).join('\n')}

## What is answered

${[...new Set(results.map(({ verb }) => verb))].map((verb) => renderVerb(verb, results)).join('\n\n')}
`
}

function renderVerb(verb: string, results: readonly ParityResult[]): string {
  const rows = results
    .filter((one) => one.verb === verb)
    .map((one) => `| ${verb === '' ? '' : HEADS[one.outcome]} | ${inCode(one.says)} | ${inCell(one.text)} |`)
  const head = verb === '' ? '### Words that are no verbs' : `### \`${verb}\``
  return [head, '', '| | typed | answer |', '|---|---|---|', ...rows].join('\n')
}

function inCode(text: string): string {
  const short = text.length > 80 ? `${text.slice(0, 40)}…` : text
  return short === '' ? '(nothing)' : `\`${short}\``
}

/** Words of an answer in a cell of a table: nothing in them is mark-up. */
function inCell(text: string): string {
  return text
    .replaceAll('\n', ' ')
    .replace(/[\\<>|*_`[\]]/g, (character) => `\\${character}`)
    .trim()
}
