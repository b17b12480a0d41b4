import { SEVERITIES } from '../../domain/severity.ts'
import { VERBS } from '../../domain/verb.ts'
import { RefusedError } from '../../kernel/errors.ts'
import { suggest } from '../../kernel/suggest.ts'
import { usageOf } from './usage.ts'
import type { Json } from '../../kernel/json.ts'
import type { Severity } from '../../domain/severity.ts'
import type { Verb } from '../../domain/verb.ts'

/** What a line of chat asks for, before anyone looked whether it may. One grammar for every surface (CONTRACT 5). */
export interface VerbRequest {
  readonly verb: Verb
  readonly incidentId: string | null
  /** Post the answer for all to see instead of to the asker alone. */
  readonly share: boolean
  /** What follows the verb, an incident id and `--share` taken out. */
  readonly words: readonly string[]
  readonly rest: string
}

const INCIDENT_ID = /^inc-\d{1,12}$/i
const MAX_LENGTH = 4000

/** Throws RefusedError with the usage of the one verb, or with what was probably meant. */
export function parseVerb(text: string): VerbRequest {
  const trimmed = text.trim().replace(/\s+/g, ' ')
  if (trimmed.length > MAX_LENGTH) {
    throw new RefusedError('too_long', `That is longer than ${String(MAX_LENGTH)} characters. Shorten it.`)
  }
  const words = trimmed === '' ? ['help'] : trimmed.split(' ')
  const verb = verbOf(words[0] ?? 'help')
  const share = words.includes('--share')
  const tail = words.slice(1).filter((word) => word !== '--share')
  const incidentAt = tail.findIndex((word) => INCIDENT_ID.test(word))
  // An incident id is taken from the first place only: later on it may be part of a note or a reason.
  const hasIncident = incidentAt === 0
  const incidentId = hasIncident ? (tail[0] ?? '').toUpperCase() : null
  const rest = hasIncident ? tail.slice(1) : tail
  return { verb, incidentId, share, words: rest, rest: rest.join(' ') }
}

function verbOf(word: string): Verb {
  const lower = word.toLowerCase()
  const verb = VERBS.find((candidate) => candidate === lower)
  if (verb !== undefined) return verb
  const near = suggest(lower, VERBS)
  const hint = near === undefined ? 'Type "help" for the list.' : `Did you mean "${near}"? ${usageOf(near as Verb)}`
  throw new RefusedError('unknown_verb', `There is no verb "${word.slice(0, 40)}". ${hint}`)
}

export function wrongUsage(verb: Verb, problem: string): RefusedError {
  return new RefusedError('wrong_usage', `${problem} ${usageOf(verb)}`)
}

/** `declare [SEV1-5] <title> [on <service>]`. The last "on <word>" names the service. */
export function parseDeclare(request: VerbRequest): {
  severity: Severity | null
  title: string
  service: string | null
} {
  const first = request.words[0]?.toUpperCase() ?? ''
  const severity = SEVERITIES.find((candidate) => candidate === first) ?? null
  const words = severity === null ? [...request.words] : request.words.slice(1)
  const onAt = words.map((word) => word.toLowerCase()).lastIndexOf('on')
  const hasService = onAt > 0 && onAt === words.length - 2
  const title = (hasService ? words.slice(0, onAt) : words).join(' ')
  if (title === '') throw wrongUsage('declare', 'A title is missing.')
  return { severity, title, service: hasService ? (words[onAt + 1] ?? null) : null }
}

/** `<playbook> [key=value …]`; a value may be quoted to hold spaces. */
export function parsePlaybookArguments(request: VerbRequest): {
  playbook: string
  inputs: Readonly<Record<string, Json>>
} {
  const playbook = request.words[0]
  if (playbook === undefined) throw wrongUsage(request.verb, 'The name of a playbook is missing.')
  const tail = request.rest.slice(playbook.length).trim()
  const inputs: Record<string, Json> = {}
  let remaining = tail
  while (remaining !== '') {
    const match = /^([A-Za-z_][A-Za-z0-9_-]{0,63})=(?:"([^"]*)"|(\S*))(?: |$)/.exec(remaining)
    if (match === null) throw wrongUsage(request.verb, `"${remaining.slice(0, 40)}" is not of the form key=value.`)
    inputs[match[1] ?? ''] = match[2] ?? match[3] ?? ''
    remaining = remaining.slice(match[0].length).trim()
  }
  return { playbook, inputs }
}

/** `approve [<proposal> <first 8 of its hash>]`; without the hash nothing counts. */
export function parseApprove(request: VerbRequest): { proposalId: string | null; hashPrefix: string | null } {
  const [proposal, hash] = request.words
  if (proposal === undefined) return { proposalId: null, hashPrefix: null }
  if (!/^pro-\d{1,12}$/i.test(proposal)) throw wrongUsage('approve', `"${proposal.slice(0, 40)}" is not a proposal.`)
  if (hash !== undefined && !/^[0-9a-f]{8,64}$/i.test(hash)) {
    throw wrongUsage('approve', `"${hash.slice(0, 40)}" is not the beginning of a hash.`)
  }
  return { proposalId: proposal.toUpperCase(), hashPrefix: hash?.toLowerCase() ?? null }
}

/** `settle <step> retry|done|abort <reason>`. */
export function parseSettle(request: VerbRequest): {
  stepId: string
  answer: 'retry' | 'done' | 'abort'
  reason: string
} {
  const [stepId, answer, ...reason] = request.words
  if (stepId === undefined || answer === undefined) throw wrongUsage('settle', 'The step or the answer is missing.')
  const known = (['retry', 'done', 'abort'] as const).find((candidate) => candidate === answer.toLowerCase())
  if (known === undefined) throw wrongUsage('settle', `"${answer.slice(0, 40)}" is not retry, done or abort.`)
  if (reason.length === 0) throw wrongUsage('settle', 'A reason is missing: it goes on the record.')
  return { stepId, answer: known, reason: reason.join(' ') }
}
