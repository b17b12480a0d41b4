import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { checkYaml } from '../kernel/checked-yaml.ts'
import { ConfigurationError } from '../kernel/errors.ts'
import { sha256Hex } from '../kernel/sha256.ts'

export interface Prompt {
  readonly name: string
  readonly version: number
  /** Of the file's bytes, for the record. */
  readonly hash: string
  readonly maxOutputTokens: number
  /** JSON Schema of the answer. */
  readonly answer: Readonly<Record<string, unknown>>
  readonly system: string
  /** What a model could answer, and what of it holds: tests run them. */
  readonly cases: readonly (z.infer<typeof WritingCase> | z.infer<typeof AdviceCase>)[]
}

const CASE = {
  name: z.string().min(1),
  evidence: z
    .array(
      z.strictObject({
        id: z.string(),
        kind: z.enum(['alert', 'metric', 'change', 'deploy_state', 'history', 'note']),
        fact: z.string().min(1),
      }),
    )
    .min(1),
}
const Sentence = z.strictObject({ text: z.string(), evidence: z.array(z.string()) })

const WritingCase = z.strictObject({
  ...CASE,
  question: z.string().optional(),
  answer: z.array(Sentence),
  /** Which sentences of the answer are left, by their places from 0. */
  kept: z.array(z.int().nonnegative()),
})

const AdviceCase = z.strictObject({
  ...CASE,
  /** Names, in the order in which they are given. */
  playbooks: z.array(z.string()).min(2),
  answer: z.strictObject({ order: z.array(z.string()), reason: Sentence }),
  /** In which they are proposed then; null: the answer is not used. */
  order: z.array(z.string()).nullable(),
})

const FrontMatter = z.strictObject({
  name: z.string().regex(/^[a-z][a-z-]*$/),
  version: z.int().positive(),
  purpose: z.string().min(1),
  maxOutputTokens: z.int().positive().max(8_000),
  answer: z.record(z.string(), z.unknown()),
  cases: z.array(z.union([WritingCase, AdviceCase])).min(1),
})

const FOLDER = new URL('../../prompts/', import.meta.url)

/** Reads `prompts/<name>.md`: front matter that says what it is, then the system prompt as it is sent. */
export async function loadPrompt(name: string): Promise<Prompt> {
  const file = `prompts/${name}.md`
  const bytes = await readFile(new URL(`${name}.md`, FOLDER))
  return parsePrompt(file, bytes.toString('utf8'))
}

export function parsePrompt(file: string, text: string): Prompt {
  const parts = /^---\n(?<head>[\s\S]*?)\n---\n(?<body>[\s\S]*)$/.exec(text)?.groups
  if (parts === undefined) {
    throw new ConfigurationError([
      { file, at: '1:1', found: 'no front matter', expected: 'YAML between two lines ---' },
    ])
  }
  const [checked] = checkYaml(file, parts['head'] ?? '', FrontMatter)
  if (checked?.value === undefined) throw new ConfigurationError(checked?.problems ?? [])
  const { name, version, maxOutputTokens, answer, cases } = checked.value
  return { name, version, maxOutputTokens, answer, cases, hash: sha256Hex(text), system: (parts['body'] ?? '').trim() }
}
