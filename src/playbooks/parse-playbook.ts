import type { z } from 'zod'
import { z as zod } from 'zod'
import { checkYaml } from '../kernel/checked-yaml.ts'
import { parseDuration } from '../kernel/duration.ts'
import type { Problem } from '../kernel/errors.ts'
import type { JsonObject } from '../kernel/json.ts'
import { sha256Hex } from '../kernel/sha256.ts'
import type { AlertMatcher, Playbook, PlaybookInput, PlaybookStep } from '../domain/playbook.ts'
import { lintPlaybook } from './lint-playbook.ts'
import { parseMatcher } from './parse-matcher.ts'
import { readRawPlaybook } from './raw-playbook.ts'
import { PlaybookDocument } from './schema.ts'

export interface PlaybookFile {
  readonly file: string
  readonly text: string
}

export interface ParsedPlaybook {
  /** Undefined when the file has mistakes. */
  readonly playbook: Playbook | undefined
  /** Every mistake of the file at once, from top to bottom. */
  readonly problems: readonly Problem[]
}

const DEFAULT_TIMEOUT_MS = 5 * 60_000
const MARGIN_MS = 60_000

export function parsePlaybook({ file, text }: PlaybookFile): ParsedPlaybook {
  const documents = checkYaml(file, text, PlaybookDocument)
  const [document] = documents
  if (document === undefined || documents.length > 1) {
    const found = documents.length === 0 ? 'nothing' : `${String(documents.length)} documents`
    return { playbook: undefined, problems: [{ file, at: '', found, expected: 'one playbook in each file' }] }
  }
  // A second look at the same text, whatever its shape, so that a wrong key does not hide a wrong reference.
  const raw = readRawPlaybook(checkYaml(file, text, zod.unknown())[0]?.value)
  const linted = lintPlaybook(raw).map((mistake) => ({
    file,
    at: `${document.place(mistake.path)} (${mistake.path.map(String).join('.')})`,
    found: mistake.found,
    expected: mistake.expected,
  }))
  const problems = [...document.problems, ...linted].sort(byPlace)
  if (document.value === undefined || problems.length > 0) return { playbook: undefined, problems }
  return { playbook: toPlaybook(file, text, document.value), problems: [] }
}

/** All files at once; a name may be taken only once. */
export function parsePlaybooks(files: readonly PlaybookFile[]): {
  readonly playbooks: readonly Playbook[]
  readonly problems: readonly Problem[]
} {
  const parsed = files.map(parsePlaybook)
  const playbooks = parsed.flatMap(({ playbook }) => (playbook === undefined ? [] : [playbook]))
  const doubled = playbooks.flatMap((playbook, index) => {
    const first = playbooks.findIndex((other) => other.name === playbook.name)
    return first === index
      ? []
      : [
          {
            file: playbook.file,
            at: 'metadata.name',
            found: `${JSON.stringify(playbook.name)}, which ${playbooks[first]?.file ?? 'another file'} has as well`,
            expected: 'each playbook name once',
          },
        ]
  })
  return { playbooks, problems: [...parsed.flatMap(({ problems }) => problems), ...doubled] }
}

function toPlaybook(file: string, text: string, document: PlaybookDocument): Playbook {
  const { metadata, spec } = document
  return {
    name: metadata.name,
    title: metadata.title,
    owner: metadata.owner,
    digest: sha256Hex(text),
    file,
    match: { alerts: spec.match.alerts.flatMap(toMatcher), change: spec.match.change ?? null },
    inputs: Object.fromEntries(Object.entries(spec.inputs ?? {}).map(([name, input]) => [name, toInput(input)])),
    risk: spec.risk,
    autonomous: spec.autonomous,
    steps: spec.steps.map(toStep),
    onFailure: spec.onFailure,
  }
}

function toMatcher(text: string): readonly AlertMatcher[] {
  const parsed = parseMatcher(text)
  return parsed.ok ? [parsed.matcher] : []
}

type WrittenInput = NonNullable<PlaybookDocument['spec']['inputs']>[string]

function toInput(input: WrittenInput): PlaybookInput {
  if ('from' in input) return { kind: 'from', path: input.from }
  if ('value' in input) return { kind: 'value', value: input.value }
  return { kind: 'ask', type: input.ask.type, title: input.ask.title, pattern: input.ask.pattern ?? null }
}

function toStep(step: z.infer<typeof PlaybookDocument>['spec']['steps'][number]): PlaybookStep {
  return {
    id: step.id,
    uses: step.uses,
    // What zod let through came from YAML and is JSON.
    with: step.with as JsonObject,
    timeoutMs:
      step.timeout === undefined ? defaultTimeout(step.with) : (parseDuration(step.timeout) ?? DEFAULT_TIMEOUT_MS),
    undo: step.undo === undefined ? null : { uses: step.undo.uses, with: step.undo.with as JsonObject },
  }
}

/** A check or a wait that lasts longer than the default gets the time it needs. */
function defaultTimeout(written: Readonly<Record<string, unknown>>): number {
  const named = ['for', 'within'].map((name) => {
    const value = written[name]
    return typeof value === 'string' ? (parseDuration(value) ?? 0) : 0
  })
  return Math.max(DEFAULT_TIMEOUT_MS, named.reduce((sum, ms) => sum + ms, 0) + MARGIN_MS)
}

function byPlace(left: Problem, right: Problem): number {
  const [leftLine = 0, leftColumn = 0] = left.at.split(/[: ]/).map(Number)
  const [rightLine = 0, rightColumn = 0] = right.at.split(/[: ]/).map(Number)
  return leftLine - rightLine || leftColumn - rightColumn || 0
}
