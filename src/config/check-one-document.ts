import { checkYaml } from '../kernel/checked-yaml.ts'
import { z } from 'zod'
import type { CheckedDocument } from '../kernel/checked-yaml.ts'

const Anything = z.unknown()

/** A file of one document; an empty one counts as `{}`. What stands after a `---` would be passed over in silence. */
export function checkOneDocument<T>(file: string, text: string, schema: z.ZodType<T>): CheckedDocument<T> {
  const isEmpty = checkYaml(file, text, Anything).every(({ value }) => value === null)
  const [first, second] = checkYaml(file, isEmpty ? '{}' : text, schema)
  if (first === undefined) throw new TypeError('A YAML text has at least one document.')
  if (second === undefined) return first
  const tooMany = { file, at: '', found: 'a second document, after ---', expected: 'one document' }
  return { ...first, value: undefined, problems: [...first.problems, tooMany] }
}
