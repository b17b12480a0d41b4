import { z } from 'zod'
import { RefusedError } from '../../kernel/errors.ts'
import { parseArguments } from '../shared/parse-arguments.ts'
import { splitQualifier } from './split-qualifier.ts'
import type { Json, JsonObject } from '../../kernel/json.ts'

const ARN_PREFIX = '(?:arn:aws[a-z-]*:lambda:[a-z0-9-]+:\\d{12}:function:)?'
const QUALIFIER = '[A-Za-z0-9_-]{1,128}|\\$LATEST'

const Arguments = z.strictObject({
  function: z
    .string()
    .regex(
      new RegExp(`^${ARN_PREFIX}[A-Za-z0-9_-]{1,64}(?::(?:${QUALIFIER}))?$`),
      'expected the name or ARN of a function',
    ),
  qualifier: z
    .string()
    .regex(new RegExp(`^(?:${QUALIFIER})$`), 'expected an alias or a version')
    .optional(),
  params: z.record(z.string(), z.json()).default({}),
  mode: z.enum(['request', 'event']).default('request'),
  idempotent: z.boolean().default(false),
})

export interface Invoke {
  readonly functionName: string
  readonly qualifier: string
  readonly params: Readonly<Record<string, Json>>
  readonly mode: 'request' | 'event'
  readonly isIdempotent: boolean
}

/** What a step of `lambda/invoke` asks for. Throws RefusedError where its arguments do not fit. */
export function parseInvoke(args: JsonObject): Invoke {
  const parsed = parseArguments('lambda/invoke', Arguments, args)
  const { functionName, qualifier: suffix } = splitQualifier(parsed.function)
  if (suffix !== null && parsed.qualifier !== undefined && suffix !== parsed.qualifier) {
    throw new RefusedError('arguments_do_not_fit', 'lambda/invoke has two different qualifiers: leave one out.')
  }
  return {
    functionName,
    // Always named, so that what was approved is what is invoked; $LATEST is what Lambda takes without one.
    qualifier: parsed.qualifier ?? suffix ?? '$LATEST',
    params: parsed.params,
    mode: parsed.mode,
    isIdempotent: parsed.idempotent,
  }
}
