import { policySetTextToParts, policyToJson, validate } from '@cedar-policy/cedar-wasm/nodejs'
import type { DetailedError, ValidationAnswer } from '@cedar-policy/cedar-wasm/nodejs'
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
}

interface Part {
  readonly source: PolicyFile
  readonly text: string
  /** Where it begins in the file, in characters. */
  readonly start: number
}

const NO_POLICY: Problem = {
  file: 'policies',
  at: '',
  found: 'no policy',
  expected: 'at least one .cedar file with a policy; without any nobody may do anything',
}

/** Cuts the files into policies, each checked against the schema; every mistake with file and line. */
export function parsePolicies(files: readonly PolicyFile[]): {
  readonly policies: readonly ParsedPolicy[]
  readonly problems: readonly Problem[]
} {
  const cut = files.map(cutFile)
  const parts = cut.flatMap((file) => file.parts)
  const named = parts.map(namePart)
  const policies = named.flatMap((each) => ('policy' in each ? [each.policy] : []))
  const problems = [
    ...cut.flatMap((file) => file.problems),
    ...named.flatMap((each) => ('problem' in each ? [each.problem] : [])),
    ...checkParts(parts),
    ...findDoubled(policies),
  ]
  const isEmpty = problems.length === 0 && policies.length === 0
  return { policies, problems: isEmpty ? [NO_POLICY] : problems.toSorted((left, right) => byPlace(files, left, right)) }
}

function cutFile(source: PolicyFile): { readonly parts: readonly Part[]; readonly problems: readonly Problem[] } {
  const { file, text } = source
  const answer = policySetTextToParts(text)
  if (answer.type === 'failure') {
    return { parts: [], problems: answer.errors.map((error) => toProblem({ source, text, start: 0 }, error)) }
  }
  const templates = answer.policy_templates.map((template) => ({
    file,
    at: placeOf(text, Math.max(0, text.indexOf(template))),
    found: 'a template',
    expected: 'policies without slots',
  }))
  return { parts: inOrder(source, answer.policies), problems: templates }
}

/** Cedar sorts the parts by its own ids; their places are found again in the text, each one once. */
function inOrder(source: PolicyFile, texts: readonly string[]): readonly Part[] {
  const nextFrom = new Map<string, number>()
  return texts
    .map((text) => {
      const start = Math.max(0, source.text.indexOf(text, nextFrom.get(text) ?? 0))
      nextFrom.set(text, start + text.length)
      return { source, text, start }
    })
    .sort((left, right) => left.start - right.start)
}

function namePart({ source, text, start }: Part): { readonly policy: ParsedPolicy } | { readonly problem: Problem } {
  const { id, says } = annotationsOf(text)
  if (id !== undefined && says !== undefined) return { policy: { id, says, text, file: source.file } }
  return {
    problem: {
      file: source.file,
      at: placeOf(source.text, start),
      found: 'a policy without @id or @says',
      expected: '@id("…") and @says("…") before each policy, for the reasons people read',
    },
  }
}

type Annotations = Readonly<Record<string, string | undefined>>

const MOST_POLICIES = 500
const annotated = new Map<string, Annotations>()

/** Remembered, since the same policies are read twice in every start: equal texts have equal annotations. */
function annotationsOf(text: string): Annotations {
  const known = annotated.get(text)
  if (known !== undefined) return known
  const answer = policyToJson(text)
  const annotations: Annotations = answer.type === 'success' ? (answer.json.annotations ?? {}) : {}
  if (annotated.size >= MOST_POLICIES) annotated.clear()
  annotated.set(text, annotations)
  return annotations
}

/** All policies in one check: most of its time goes into the schema, whatever the number of policies. */
function checkParts(parts: readonly Part[]): readonly Problem[] {
  const answer = validateTexts(parts.map(({ text }) => text))
  if (answer.type === 'failure') {
    return answer.errors.map((error) => ({ file: 'policies', at: '', found: error.message, expected: 'valid Cedar' }))
  }
  const problems = answer.validationErrors.flatMap(({ policyId, error }) => {
    const part = parts[Number(policyId)]
    return part === undefined ? [] : [toProblem(part, error)]
  })
  // One mistake comes once for every type of entity it concerns, in no order.
  const ordered = problems.toSorted((left, right) => (left.found < right.found ? 1 : -1))
  return [...new Map(ordered.map((problem) => [`${problem.file} ${problem.at}`, problem])).values()]
}

const MOST_REMEMBERED = 8
const remembered = new Map<string, ValidationAnswer>()

/** Likewise, as a whole. */
function validateTexts(texts: readonly string[]): ValidationAnswer {
  const question = JSON.stringify(texts)
  const known = remembered.get(question)
  if (known !== undefined) return known
  const answer = validate({
    validationSettings: { mode: 'strict' },
    schema: CEDAR_SCHEMA,
    policies: { staticPolicies: Object.fromEntries(texts.map((text, index) => [String(index), text])) },
  })
  if (remembered.size >= MOST_REMEMBERED) remembered.clear()
  remembered.set(question, answer)
  return answer
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

function toProblem(part: Part, error: DetailedError): Problem {
  const offset = charactersBefore(part, error.sourceLocations?.[0]?.start ?? 0)
  const help = error.help === null ? '' : ` (${error.help})`
  const found = error.message.replace(/^for policy `[^`]*`, /, '')
  return { file: part.source.file, at: placeOf(part.source.text, offset), found, expected: `valid Cedar${help}` }
}

/** Cedar counts bytes of UTF-8 from the beginning of what it was given. */
function charactersBefore({ text, start }: Part, bytes: number): number {
  return start + Buffer.from(text, 'utf8').subarray(0, bytes).toString('utf8').length
}

function placeOf(text: string, offset: number): string {
  const before = text.slice(0, offset)
  return `${String(before.split('\n').length)}:${String(offset - before.lastIndexOf('\n'))}`
}

/** By file as they were given, then from top to bottom; what names no line comes last. */
function byPlace(files: readonly PolicyFile[], left: Problem, right: Problem): number {
  const fileOf = (problem: Problem) => files.findIndex(({ file }) => file === problem.file)
  const lineOf = (problem: Problem) => (problem.at === '' ? Number.MAX_SAFE_INTEGER : Number(problem.at.split(':')[0]))
  return fileOf(left) - fileOf(right) || lineOf(left) - lineOf(right)
}
