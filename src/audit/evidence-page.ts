import { escapeMarkup } from '../kernel/escape-markup.ts'
import type { Json, JsonObject } from '../kernel/json.ts'
import { clockedEntry } from './clocked-entry.ts'
import type { PackedApprovals } from './verifier.ts'

export interface EvidencePlan {
  readonly id: string
  readonly planHash: string
  readonly title: string
  readonly requester: string
  readonly state: string
  readonly tier: number
}

export interface EvidencePageFacts {
  readonly incidentId: string
  readonly title: string
  /** Numbered entries of the incident, in order. */
  readonly entries: readonly { readonly seq: number; readonly entry: JsonObject }[]
  readonly plans: readonly EvidencePlan[]
  /** By plan, as the entries tell it. */
  readonly approvals: readonly PackedApprovals[]
  readonly checkpoints: number
  readonly coveredTo: number
}

/**
 * One page for people: no scripts, nothing loaded, everything from outside escaped, legible in print and without colour.
 * The page proves nothing by itself; the files beside it do.
 */
export function renderEvidencePage(facts: EvidencePageFacts): string {
  const title = `Evidence of ${facts.incidentId}`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escape(title)}</h1>
<p>${escape(facts.title)}</p>
<p>${facts.entries.length} entries of the audit log, proven by ${facts.checkpoints} signed checkpoints that cover the log up to entry ${facts.coveredTo}. README.txt says how to check that yourself.</p>
<h2>Plans and who approved them</h2>
${facts.plans.length === 0 ? '<p>None was proposed.</p>' : facts.plans.map((plan) => planSection(plan, facts.approvals)).join('\n')}
<h2>What was sent, and what came back</h2>
${table(['Entry', 'Time (UTC)', 'Step', 'Target', 'What', 'Request', 'Answer'], facts.entries.flatMap(effectRow))}
<h2>Verification</h2>
${table(['Entry', 'Time (UTC)', 'Step', 'Expected', 'Observed', 'Outcome'], facts.entries.flatMap(verificationRow))}
<h2>Timeline</h2>
${table(['Entry', 'Time (UTC)', 'Event', 'Phase', 'Who', 'By way of', 'Outcome', 'Details'], facts.entries.map(timelineRow))}
</body>
</html>
`
}

const STYLE =
  'body{font:14px/1.4 system-ui,sans-serif;margin:2em;color:#111;background:#fff}table{border-collapse:collapse;width:100%;margin:0 0 1.5em}' +
  'th,td{border:1px solid #999;padding:.25em .5em;text-align:left;vertical-align:top;overflow-wrap:anywhere}code{font-size:12px}' +
  '@media print{body{margin:0}tr{break-inside:avoid}}'

function planSection(plan: EvidencePlan, approvals: readonly PackedApprovals[]): string {
  const { decisions = [], questions = [] } = approvals.find(({ id }) => id === plan.id) ?? {}
  const rows = decisions.map((decision) => [
    String(decision.seq),
    whatOf(decision),
    `${decision.name} (${decision.person})`,
    decision.roles.join(', '),
    time(decision.at),
    decision.planHash,
    decision.reason ?? '',
  ])
  return `<h3>${escape(plan.id)}: ${escape(plan.title)}</h3>
<p>State ${escape(plan.state)}, tier ${plan.tier}, requested by ${escape(plan.requester)}. Plan hash <code>${escape(plan.planHash)}</code>, file plans/${escape(plan.id)}.json.</p>
${table(['Entry', 'Decision', 'Who', 'Roles then', 'When (UTC)', 'Hash they saw', 'Reason'], rows)}${questionsSection(questions)}`
}

function whatOf({ decision, step, withdrawnAt }: PackedApprovals['decisions'][number]): string {
  const of = step === null ? '' : ` of step ${step}`
  return `${decision.replace('_', ' ')}${of}${withdrawnAt === null ? '' : ` (withdrawn ${time(withdrawnAt)})`}`
}

function questionsSection(questions: PackedApprovals['questions']): string {
  if (questions.length === 0) return ''
  const rows = questions.map((said) => [
    String(said.seq),
    `Q${said.number}${said.step === null ? '' : ` (step ${said.step})`}`,
    said.kind,
    `${said.name} (${said.person})`,
    time(said.at),
    said.text,
  ])
  return `\n<h4>Asked while it waited</h4>\n${table(['Entry', 'Number', 'What', 'Who', 'When (UTC)', 'Text'], rows)}`
}

type Numbered = EvidencePageFacts['entries'][number]

function effectRow({ seq, entry }: Numbered): readonly (readonly string[])[] {
  const { execution, target } = entry
  if (!isObject(execution)) return []
  return [
    [
      String(seq),
      time(clockedEntry(entry)),
      `${text(entry['stepId'])} try ${text(execution['attempt'])}`,
      isObject(target) ? `${text(target['system'])} ${text(target['resource'])}` : '',
      text(entry['event']),
      `${text(execution['requestHash'])}${entry['params'] === undefined ? '' : ` ${text(entry['params'])}`}`,
      `${text(execution['responseStatus'])} ${isObject(entry['details']) ? text(entry['details']['detail']) : ''}`,
    ],
  ]
}

function verificationRow({ seq, entry }: Numbered): readonly (readonly string[])[] {
  const { verification } = entry
  if (!isObject(verification)) return []
  const { expected, observed } = verification
  return [
    [
      String(seq),
      time(clockedEntry(entry)),
      text(entry['stepId']),
      text(expected),
      text(observed),
      text(entry['outcome']),
    ],
  ]
}

function timelineRow({ seq, entry }: Numbered): readonly string[] {
  const actor = isObject(entry['actor']) ? entry['actor'] : {}
  return [
    String(seq),
    time(clockedEntry(entry)),
    text(entry['event']),
    text(entry['phase']),
    `${text(actor['name'])} (${text(actor['type'])} ${text(actor['id'])})`,
    text(entry['origin']),
    `${text(entry['outcome'])} ${text(entry['reasonCode'])}`,
    text(entry['details']),
  ]
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '<p>Nothing.</p>'
  const line = (tag: string, cells: readonly string[]): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escape(asText(cell))}</${tag}>`).join('')}</tr>`
  return `<table><thead>${line('th', head)}</thead><tbody>${rows.map((row) => line('td', row)).join('\n')}</tbody></table>`
}

/** What spreadsheets take for the beginning of a formula, also in full width. */
const FORMULA = /^\s*[=+\-@\uFF0B\uFF0D\uFF1D\uFF20]/

/** A spreadsheet opens tables of a page as it opens its own, and calculates what begins like a formula. */
function asText(cell: string): string {
  return FORMULA.test(cell) ? `'${cell}` : cell
}

const MOST_CHARACTERS = 2_000

function text(value: Json | undefined): string {
  if (value === undefined || value === null) return ''
  const whole = typeof value === 'string' ? value : JSON.stringify(value)
  return whole.length > MOST_CHARACTERS
    ? `${whole.slice(0, MOST_CHARACTERS)} (truncated; whole in entries.jsonl)`
    : whole
}

function time(iso: string): string {
  return iso.slice(0, 19).replace('T', ' ')
}

function isObject(value: Json | undefined): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

/** Controls, what reorders or hides text, and line separators are shown by their number. */
function escape(raw: string): string {
  const shown = raw
    .toWellFormed()
    .replace(
      /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u{E0000}-\u{E007F}]/gu,
      (character) => `[U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`,
    )
  return escapeMarkup(shown)
}
