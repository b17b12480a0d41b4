import { describeVersion } from './describe-version.ts'
import { plural } from './wording.ts'
import type { InvocationPayload, InvocationPreview } from '../domain/plan-preview.ts'
import type { PreviewRow } from './preview-row.ts'

const HASH_SHOWN = 12

/** In a few words for a card: which code, how much is sent, and what a lost answer would mean. */
export function describeInvocationShort(invocation: InvocationPreview): string {
  const { runs, payload, isIdempotent } = invocation
  const which =
    runs === null ? `runs what ${nameOf(invocation)} points to` : `runs ${nameOf(invocation)}, version ${runs.version}`
  const lost = isIdempotent ? 'idempotent' : 'not idempotent: a lost answer waits for a person'
  return `${which}, with ${plural(payload.bytes, 'byte')}; ${lost}`
}

/** The same in full, one row for each thing. */
export function describeInvocation(invocation: InvocationPreview): readonly PreviewRow[] {
  const { runs } = invocation
  const name = nameOf(invocation)
  return [
    { label: 'invokes', text: runs === null ? `${name}, whatever it points to then` : describeVersion(name, runs) },
    ...describePayload(invocation.payload),
    { label: 'waits', text: describeWait(invocation) },
    { label: 'if the answer is lost', text: describeLoss(invocation) },
  ]
}

function nameOf({ function: name, qualifier }: InvocationPreview): string {
  return `${name}:${qualifier}`
}

function describePayload({ bytes, isFinal, sha256, params }: InvocationPayload): readonly PreviewRow[] {
  const rest = isFinal ? '' : ', before what earlier steps give is filled in'
  const hash = sha256 === null ? '' : `, SHA-256 ${sha256.slice(0, HASH_SHOWN)}`
  const shown = params === null ? [] : [{ label: 'parameters', text: JSON.stringify(params) }]
  return [{ label: 'payload', text: `${plural(bytes, 'byte')} of parameters${hash}${rest}` }, ...shown]
}

function describeWait({ mode, timeoutSeconds, waitsSeconds }: InvocationPreview): string {
  const own = timeoutSeconds === null ? '' : `; the function may run for ${String(timeoutSeconds)} s`
  if (mode === 'event' || waitsSeconds === null) {
    return `not for its end: it is queued, and AWS may deliver it more than once${own}`
  }
  const isLonger = timeoutSeconds !== null && timeoutSeconds > waitsSeconds
  return `for its end, ${String(waitsSeconds)} s at most${own}${isLonger ? ', so it may still be at it then' : ''}`
}

function describeLoss({ isIdempotent, crashClass }: InvocationPreview): string {
  return isIdempotent
    ? `${crashClass}: sent again under the same key, since the playbook declares that it does nothing twice under one`
    : `${crashClass}: a person says what became of it, since the playbook declares no idempotency and Lambda cannot be asked`
}
