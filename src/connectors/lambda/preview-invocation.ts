import { canonicalJson } from '../../kernel/canonical-json.ts'
import { sha256Hex } from '../../kernel/sha256.ts'
import { noFacts, unreadOf } from '../shared/step-facts.ts'
import { parseInvoke } from './parse-invoke.ts'
import { readVersion, unknownVersion } from './read-version.ts'
import type { InvocationPreview, StepFacts } from '../../domain/plan-preview.ts'
import type { Invoke } from './parse-invoke.ts'
import type { JsonObject } from '../../kernel/json.ts'
import type { LambdaApi } from './lambda-api.ts'
import type { PreviewQuestion } from '../../ports/action-previewer.ts'

const SOURCE = 'AWS Lambda'
/** Longer ones are told by size and hash alone. */
const LONGEST_SHOWN = 2_000
const LOOK_UP = /\$\{\{\s*steps\./

/** Which code of which function would run, with what, and what becomes of an answer that is lost. */
export async function previewInvocation(
  lambda: LambdaApi,
  { input, before }: PreviewQuestion,
  signal: AbortSignal,
): Promise<StepFacts> {
  const invoke = parseInvoke(input.with)
  const bound = before?.['version']
  const common = { function: invoke.functionName, qualifier: invoke.qualifier, ...declared(lambda, invoke) }
  if (typeof bound !== 'string') {
    const why = `What ${invoke.qualifier} points to may not be read here: nobody would notice it being moved after the approval.`
    return { ...noFacts(SOURCE), invocation: { ...common, runs: null, timeoutSeconds: null }, unread: [why] }
  }
  const read = await readVersion(lambda, invoke.functionName, bound, signal)
  const found = read.ok ? read.value : { version: unknownVersion(bound), timeoutSeconds: null }
  const { version, timeoutSeconds } = found
  return { ...noFacts(SOURCE), invocation: { ...common, runs: version, timeoutSeconds }, unread: unreadOf(read) }
}

/** What the plan itself says: mode, parameters, and whether the function is declared to do nothing twice. */
function declared(
  lambda: LambdaApi,
  invoke: Invoke,
): Omit<InvocationPreview, 'function' | 'qualifier' | 'runs' | 'timeoutSeconds'> {
  const params = invoke.params as JsonObject
  const text = JSON.stringify(params)
  const isFinal = !LOOK_UP.test(text)
  return {
    mode: invoke.mode,
    waitsSeconds: invoke.mode === 'request' ? Math.round(lambda.callTimeoutMs / 1_000) : null,
    payload: {
      bytes: Buffer.byteLength(text),
      isFinal,
      // Of what is not known yet there is nothing to compare with.
      sha256: isFinal ? sha256Hex(canonicalJson(params)) : null,
      params: text.length > LONGEST_SHOWN ? null : params,
    },
    isIdempotent: invoke.isIdempotent,
    crashClass: invoke.isIdempotent ? 'idempotent' : 'opaque',
  }
}
