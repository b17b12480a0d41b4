import { policySetTextToParts, policyToJson, validate } from '@cedar-policy/cedar-wasm/nodejs'
import type { DetailedError } from '@cedar-policy/cedar-wasm/nodejs'
import type { Problem } from '../kernel/errors.ts'
import { CEDAR_SCHEMA } from './cedar-schema.ts'

export interface PolicyFile {
  readonly file: string
  readonly text: string
}

export interface ParsedPolicy {
  /** Its `@id`, unique over all files. */
  readonly id: string
  /** Its `@says`: the reason as people read it. */
  readonly says: string
  readonly text: string
  readonly file: string
  /** Where it begins in the file, in characters. */
  readonly start: number
}

/** Cuts the files into policies, each checked against the schema; every mistake with file and line. */
export function parsePolicies(files: readonly PolicyFile[]): {
  readonly policies: readonly ParsedPolicy[]
  readonly problems: readonly Problem[]
} {
  if (files.length === 0) {
    const expected = 'at least one .cedar file; without policies nobody may do anything'
    return { policies: [], problems: [{ file: 'policies', at: '', found: 'no policy', expected }] }
  }
  const parsed = files.map(parseFile)
  const policies = parsed.flatMap((file) => file.policies)
  const problems = [...parsed.flatMap((file) => file.problems), ...findDoubled(policies)]
  if (problems.length === 0 && policies.length === 0) {
    return parsePolicies([])
  }
  return { policies, problems }
}

function parseFile({ file, text }: PolicyFile): { policies: readonly ParsedPolicy[]; problems: readonly Problem[] } {
  const parts = policySetTextToParts(text)
  if (parts.type === 'failure') {
    return { policies: [], problems: parts.errors.map((error) => toProblem(file, text, 0, error)) }
  }
  const policies: ParsedPolicy[] = []
  const problems: Problem[] = parts.policy_templates.map((template) => ({
    file,
    at: placeOf(text, Math.max(0, text.indexOf(template.slice(0, 40)))),
    found: 'a template',
    expected: 'policies without slots',
  }))
  for (const part of inOrder(text, parts.policies)) {
    const start = part.start
    const annotations = annotationsOf(part.text)
    const id = annotations['id']
    if (id === undefined || annotations['says'] === undefined) {
      const expected = '@id("…") and @says("…") before each policy, for the reasons people read'
      problems.push({ file, at: placeOf(text, start), found: 'a policy without @id or @says', expected })
      continue
    }
    policies.push({ id, says: annotations['says'], text: part.text, file, start })
    problems.push(...checkPolicy(file, text, id, part))
  }
  return { policies, problems }
}

interface Part {
  readonly text: string
  readonly start: number
}

/** Cedar sorts the parts by its own ids; their places are found again in the text, each one once. */
function inOrder(text: string, parts: readonly string[]): readonly Part[] {
  const nextFrom = new Map<string, number>()
  return parts
    .map((part) => {
      const start = Math.max(0, text.indexOf(part, nextFrom.get(part) ?? 0))
      nextFrom.set(part, start + part.length)
      return { text: part, start }
    })
    .sort((left, right) => left.start - right.start)
}

function annotationsOf(policy: string): Readonly<Record<string, string>> {
  const answer = policyToJson(policy)
  return answer.type === 'success' ? (answer.json.annotations ?? {}) : {}
}

function checkPolicy(file: string, text: string, id: string, part: Part): readonly Problem[] {
  const answer = validate({
    validationSettings: { mode: 'strict' },
    schema: CEDAR_SCHEMA,
    policies: { staticPolicies: { [id]: part.text } },
  })
  const errors = answer.type === 'failure' ? answer.errors : answer.validationErrors.map((mistake) => mistake.error)
  const problems = errors.map((error) => toProblem(file, text, part.start, error))
  // One mistake comes once for every type of entity it concerns, in no order.
  const byPlace = new Map(
    problems.toSorted((left, right) => (left.found < right.found ? 1 : -1)).map((problem) => [problem.at, problem]),
  )
  return [...byPlace.values()]
}

function findDoubled(policies: readonly ParsedPolicy[]): readonly Problem[] {
  return policies.flatMap((policy, index) => {
    const first = policies.findIndex((other) => other.id === policy.id)
    return first === index
      ? []
      : [
          {
            file: policy.file,
            at: '',
            found: `@id(${JSON.stringify(policy.id)}), which ${policies[first]?.file ?? 'another file'} has as well`,
            expected: 'each id once',
          },
        ]
  })
}

function toProblem(file: string, text: string, start: number, error: DetailedError): Problem {
  const offset = charactersBefore(text, start, error.sourceLocations?.[0]?.start ?? 0)
  const help = error.help === null ? '' : ` (${error.help})`
  return { file, at: placeOf(text, offset), found: error.message, expected: `valid Cedar${help}` }
}

/** Cedar counts bytes of UTF-8 from the beginning of what it was given. */
function charactersBefore(text: string, start: number, bytes: number): number {
  return start + Buffer.from(text.slice(start), 'utf8').subarray(0, bytes).toString('utf8').length
}

function placeOf(text: string, offset: number): string {
  const before = text.slice(0, offset)
  return `${String(before.split('\n').length)}:${String(offset - before.lastIndexOf('\n'))}`
}
