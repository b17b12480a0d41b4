import type { Playbook, PlaybookInput } from '../domain/playbook.ts'
import type { Json, JsonObject } from '../kernel/json.ts'
import { compileLinearMatcher } from '../kernel/linear-matcher.ts'
import { suggest } from '../kernel/suggest.ts'
import { lookUp } from './expressions.ts'

export interface ResolvedInputs {
  readonly values: JsonObject
  /** One sentence each; empty when every input has its value. */
  readonly problems: readonly string[]
}

type Answer = { readonly value: Json } | { readonly problem: string }
const MAX_LENGTH = 500

/** Values from the facts, from the playbook itself, and from the requester, who may also replace those from facts. */
export function resolveInputs(playbook: Playbook, facts: JsonObject, given: JsonObject): ResolvedInputs {
  const names = Object.keys(playbook.inputs)
  const unknown = Object.keys(given)
    .filter((name) => !names.includes(name))
    .map((name) => unknownInput(playbook.name, name, names))
  const answers = Object.entries(playbook.inputs).map(([name, input]): readonly [string, Answer] => [
    name,
    resolveInput(name, input, facts, Object.hasOwn(given, name) ? given[name] : undefined),
  ])
  return {
    values: Object.fromEntries(answers.flatMap(([name, answer]) => ('value' in answer ? [[name, answer.value]] : []))),
    problems: [...unknown, ...answers.flatMap(([, answer]) => ('problem' in answer ? [answer.problem] : []))],
  }
}

function unknownInput(playbook: string, name: string, names: readonly string[]): string {
  const near = suggest(name, names)
  const hint =
    near === undefined ? `It takes ${names.length === 0 ? 'none' : names.join(', ')}` : `Did you mean ${near}`
  return `${playbook} has no input ${JSON.stringify(name)}. ${hint}.`
}

function resolveInput(name: string, input: PlaybookInput, facts: JsonObject, given: Json | undefined): Answer {
  switch (input.kind) {
    case 'value':
      return given === undefined
        ? { value: input.value }
        : { problem: `The input ${name} is fixed by the playbook and cannot be given.` }
    case 'from': {
      if (given !== undefined) return checkText(name, given)
      const found = lookUp(facts, input.path)
      return found === undefined
        ? { problem: `The input ${name} needs ${input.path}, which has no value here.` }
        : { value: found }
    }
    case 'ask':
      return given === undefined
        ? { problem: `The input ${name} has to be given (${input.title}): add ${name}=<${input.type}>.` }
        : checkAsked(name, input, given)
  }
}

function checkText(name: string, given: Json): Answer {
  const isText = typeof given === 'string' && given !== '' && given.length <= MAX_LENGTH
  if (isText || typeof given === 'number' || typeof given === 'boolean') return { value: given }
  return { problem: `The input ${name} has to be a text of at most ${String(MAX_LENGTH)} characters.` }
}

function checkAsked(name: string, input: Extract<PlaybookInput, { kind: 'ask' }>, given: Json): Answer {
  const value = convert(input.type, given)
  if (value === undefined) return { problem: `The input ${name} has to be a ${input.type}.` }
  const text = checkText(name, value)
  if (input.pattern === null || 'problem' in text) return text
  return compileLinearMatcher(input.pattern).matches(String(value))
    ? text
    : { problem: `The input ${name} has to fit the pattern ${input.pattern}.` }
}

/** Chat gives text; the console may give the type itself. */
function convert(type: 'string' | 'number' | 'boolean', given: Json): string | number | boolean | undefined {
  const text = typeof given === 'object' ? '' : String(given)
  switch (type) {
    case 'string':
      return text === '' ? undefined : text
    case 'number':
      return /^-?\d{1,15}(?:\.\d{1,15})?$/.test(text) ? Number(text) : undefined
    case 'boolean':
      return text === 'true' || text === 'false' ? text === 'true' : undefined
  }
}
