import { STEP_ANSWERS } from '../../domain/press.ts'
import { SEVERITIES } from '../../domain/severity.ts'
import { VERBS } from '../../domain/verb.ts'
import { RefusedError } from '../../kernel/errors.ts'
import { refuseUnknownVerb } from './refuse-unknown-verb.ts'
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
/** Whoever resolves names what stays open. */
const FOLLOW_UP_ID = /^fup-\d{1,12}$/i
const MAX_LENGTH = 4000

/**
 * Verbs that take no text of their own, and how many words they take besides an incident id. What they do not take is
 * refused: a word that nobody reads may be the one that mattered (`resolve payments` must not resolve checkout).
 */
const MOST_WORDS: Readonly<Partial<Record<Verb, number>>> = {
  ...{ list: 0, status: 0, timeline: 0, summary: 0, changes: 0, evidence: 0, playbooks: 0 },
  ...{ handover: 0, update: 0, postmortem: 0 },
  ...{ ack: 0, mitigated: 0, resolve: 0, reopen: 0, withdraw: 0 },
  ...{ severity: 1, unfreeze: 1, help: 1, assign: 2, approve: 2, feedback: 2 },
}

/** Throws RefusedError with the usage of the one verb, or with what was probably meant. */
export function parseVerb(text: string): VerbRequest {
  const trimmed = text.trim().replace(/\s+/g, ' ')
  if (trimmed.length > MAX_LENGTH) {
    throw new RefusedError('too_long', `That is longer than ${String(MAX_LENGTH)} characters. Shorten it.`)
  }
  const words = withoutCommand(trimmed === '' ? [] : trimmed.split(' '))
  const verb = verbOf(words[0] ?? 'help')
  const { tail, share } = withoutShare(words.slice(1))
  const most = MOST_WORDS[verb]
  const incidentAt = tail.findIndex((word) => INCIDENT_ID.test(word))
  // Where text follows, an id is taken from the first place only: later on it may be part of a note or a reason.
  const hasIncident = most === undefined ? incidentAt === 0 : incidentAt >= 0
  const incidentId = hasIncident ? (tail[incidentAt] ?? '').toUpperCase() : null
  const rest = hasIncident ? tail.filter((_word, index) => index !== incidentAt) : tail
  const unread = verb === 'resolve' ? rest.filter((word) => !FOLLOW_UP_ID.test(word)) : rest
  if (most !== undefined && unread.length > most) throw tooManyWords(verb, unread[most] ?? '')
  return { verb, incidentId, share, words: rest, rest: rest.join(' ') }
}

/** Who types the slash command in a thread, where Slack has none, or in the console, means the same. */
function withoutCommand(words: readonly string[]): readonly string[] {
  return /^\/?incident$/i.test(words[0] ?? '') ? words.slice(1) : words
}

/** Around the text it is an option; inside it belongs to the note or the reason. */
function withoutShare(words: readonly string[]): { readonly tail: readonly string[]; readonly share: boolean } {
  if (words[0] === '--share') return { tail: words.slice(1), share: true }
  if (words.at(-1) === '--share') return { tail: words.slice(0, -1), share: true }
  return { tail: words, share: false }
}

function verbOf(word: string): Verb {
  const lower = word.toLowerCase()
  const verb = VERBS.find((candidate) => candidate === lower)
  if (verb !== undefined) return verb
  throw refuseUnknownVerb(word)
}

function tooManyWords(verb: Verb, word: string): RefusedError {
  const digits = /^#?(?:inc)?(\d{1,12})$/i.exec(word)?.[1]
  const problem =
    digits === undefined ? `"${word.slice(0, 40)}" is one word too many.` : `Incidents are named like INC-${digits}.`
  return wrongUsage(verb, problem)
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
  if (severity === null && /^SEV-?\d*$/.test(first)) {
    throw wrongUsage('declare', `"${first.slice(0, 40)}" is not a severity: SEV1 is the worst, SEV5 the least.`)
  }
  const words = severity === null ? [...request.words] : request.words.slice(1)
  const onAt = words.map((word) => word.toLowerCase()).lastIndexOf('on')
  const hasService = onAt > 0 && onAt === words.length - 2
  const title = (hasService ? words.slice(0, onAt) : words).join(' ')
  if (title === '') throw wrongUsage('declare', 'A title is missing.')
  return { severity, title, service: hasService ? (words[onAt + 1] ?? null) : null }
}

export interface PlaybookArguments {
  readonly playbook: string
  readonly inputs: Readonly<Record<string, Json>>
}

/** `<playbook> [key=value …]`; a value may be quoted to hold spaces. */
export function parsePlaybookArguments(request: VerbRequest): PlaybookArguments {
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
  if (!/^pro-\d{1,12}$/i.test(proposal)) {
    throw wrongUsage('approve', `"${proposal.slice(0, 40)}" is not a proposal: name it first.`)
  }
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
  const known = STEP_ANSWERS.find((candidate) => candidate === answer.toLowerCase())
  if (known === undefined) throw wrongUsage('settle', `"${answer.slice(0, 40)}" is not retry, done or abort.`)
  if (reason.length === 0) throw wrongUsage('settle', 'A reason is missing: it goes on the record.')
  return { stepId, answer: known, reason: reason.join(' ') }
}
