import { HttpFault } from '../http/http-fault.ts'
import { parseJson } from '../../kernel/parse-json.ts'
import type { z } from 'zod'

/** What a schema did not like, by the name that the sender knows: `alerts[3].startsAt`. */
export interface FieldFault {
  readonly field: string
  readonly reason: string
}

/** The body as the schema wants it; else a 400 that names the first field that is wrong. */
export function readJson<T>(bytes: Uint8Array, schema: z.ZodType<T>): T {
  const checked = check(parseJson(bytes), schema)
  if ('value' in checked) return checked.value
  throw badField(checked)
}

export function badField({ field, reason }: FieldFault): HttpFault {
  const message = field === '' ? `The body is wrong: ${reason}.` : `${field} is wrong: ${reason}.`
  return new HttpFault({ status: 400, code: 'bad_field', message, ...(field === '' ? {} : { field }) })
}

/** Without throwing, for one element of a batch. `at` is where it stands in the body. */
export function check<T>(value: unknown, schema: z.ZodType<T>, at = ''): { readonly value: T } | FieldFault {
  const parsed = schema.safeParse(value)
  if (parsed.success) return { value: parsed.data }
  const [issue] = parsed.error.issues
  const path = (issue?.path ?? []).map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('')
  return { field: `${at}${path}`.replace(/^\./, '').slice(0, 200), reason: issue?.message ?? 'it does not fit' }
}
