import { PROPOSAL_MOVES } from '../domain/approval.ts'
import type { ProposalState } from '../domain/approval.ts'
import { RUN_MOVES } from '../domain/run.ts'
import { STEP_APPROVAL_STATES } from '../domain/step-approval.ts'
import type { Json, JsonObject } from '../kernel/json.ts'

/**
 * What the log alone says of proposals, questions, decisions, runs and attempts. One line each, so that two of them can be
 * compared, and a difference can be read:
 *
 *   proposals   `PRO-3`                        → `approved; plan <hash>`
 *   decisions   `PRO-3 ana@bank.example`       → `approve withdrawn, reject`, in order
 *               `PRO-3 RUN-5/second ana@…`     → the same, of a nested approval
 *   questions   `PRO-3 Q1`                     → `asked by cy in slack: why?`, at a step with ` about RUN-5/second`
 *               `PRO-3 Q1 answers`             → `answered by di in teams: so`, in order, a line each
 *   steps       `RUN-5/second`                 → `approved; of PRO-3`, of a nested approval
 *   runs        `RUN-5`                        → `succeeded; of PRO-3`
 *   attempts    `RUN-5:rollback:main #1`       → `done; sent; fence 2; request <hash>`
 *
 * A move that the state machine does not know, because the one before it is missing, ends the line with `; gap before
 * <state>`, which no table says.
 */
export interface ReplayedState {
  readonly proposals: ReadonlyMap<string, string>
  readonly decisions: ReadonlyMap<string, string>
  readonly questions: ReadonlyMap<string, string>
  readonly steps: ReadonlyMap<string, string>
  readonly runs: ReadonlyMap<string, string>
  readonly attempts: ReadonlyMap<string, string>
}

interface Moved {
  readonly state: string
  readonly about: string
  readonly wasSent: boolean
  readonly gaps: string
}

interface Fold {
  readonly proposals: Map<string, Moved>
  readonly decisions: Map<string, string>
  readonly questions: Map<string, string>
  readonly steps: Map<string, Moved>
  readonly runs: Map<string, Moved>
  readonly attempts: Map<string, Moved>
}

/** Where each state may come from; '' is nothing at all. A check may be decided before it is marked as sent. */
const FROM_PROPOSAL = sourcesOf(PROPOSAL_MOVES, 'pending')
// A run that is set aside before it began passes through `running` in the same transaction.
const FROM_RUN = sourcesOf({ ...RUN_MOVES, queued: [...RUN_MOVES.queued, 'unknown'] }, 'queued')
const FROM_STEP = sourcesOf({ pending: STEP_APPROVAL_STATES.filter((state) => state !== 'pending') }, 'pending')
const FROM_ATTEMPT = sourcesOf(
  { intended: ['sent', 'done', 'failed', 'unknown'], sent: ['done', 'failed', 'unknown'], unknown: ['done', 'failed'] },
  'intended',
)

/**
 * Folds entries, in their order, into the state that they lead to. Pure: nothing but the entries is asked.
 *
 * The order of the log is that of transaction ids. Two transactions that overlapped and moved the same row one after the
 * other may stand the other way round; a proposal that has ended does not move any more, so its end wins.
 */
export function replayEntries(entries: Iterable<JsonObject>): ReplayedState {
  const fold: Fold = {
    ...{ proposals: new Map(), decisions: new Map(), questions: new Map() },
    ...{ steps: new Map(), runs: new Map(), attempts: new Map() },
  }
  for (const entry of entries) {
    // What was refused moved nothing.
    if (entry['outcome'] === 'refused') continue
    takeStates(fold, entry)
    takeDecision(fold, entry)
    takeQuestion(fold, entry)
  }
  return {
    proposals: linesOf(fold.proposals),
    decisions: fold.decisions,
    questions: fold.questions,
    steps: linesOf(fold.steps),
    runs: linesOf(fold.runs),
    attempts: linesOf(fold.attempts),
  }
}

function takeStates(fold: Fold, entry: JsonObject): void {
  const { proposal, run, attempt, stepApproval } = objectAt(entry, 'states')
  const proposalId = text(entry['proposalId'])
  if (typeof proposal === 'string' && !hasEnded(fold.proposals.get(proposalId))) {
    move(fold.proposals, proposalId, proposal, FROM_PROPOSAL, `plan ${text(entry['planHash'])}`)
  }
  if (typeof run === 'string') move(fold.runs, text(entry['runId']), run, FROM_RUN, `of ${proposalId}`)
  if (typeof stepApproval === 'string') move(fold.steps, stepOf(entry), stepApproval, FROM_STEP, `of ${proposalId}`)
  if (typeof attempt === 'string') {
    const { idempotencyKey, attempt: number, fence, requestHash } = objectAt(entry, 'execution')
    const about = `fence ${text(fence)}; request ${text(requestHash)}`
    move(fold.attempts, `${text(idempotencyKey)} #${text(number)}`, attempt, FROM_ATTEMPT, about)
  }
}

function hasEnded(proposal: Moved | undefined): boolean {
  return proposal !== undefined && PROPOSAL_MOVES[proposal.state as ProposalState].length === 0
}

function move(
  things: Map<string, Moved>,
  name: string,
  state: string,
  from: ReadonlyMap<string, readonly string[]>,
  about: string,
): void {
  const before = things.get(name)
  const was = before?.state ?? ''
  const isKnown = from.get(state)?.includes(was) === true
  things.set(name, {
    state,
    about,
    wasSent: before?.wasSent === true || state === 'sent',
    gaps: `${before?.gaps ?? ''}${isKnown ? '' : `; gap before ${state}`}`,
  })
}

function sourcesOf(moves: Readonly<Record<string, readonly string[]>>, first: string): Map<string, readonly string[]> {
  const states = [first, ...Object.values(moves).flat()]
  const into = (state: string) => Object.keys(moves).filter((source) => moves[source]?.includes(state))
  return new Map(states.map((state) => [state, [...(state === first ? [''] : []), ...into(state)]]))
}

function linesOf(things: ReadonlyMap<string, Moved>): Map<string, string> {
  const line = ({ state, wasSent, about, gaps }: Moved) => `${state}${wasSent ? '; sent' : ''}; ${about}${gaps}`
  return new Map([...things].map(([name, moved]) => [name, line(moved)]))
}

/** Of a step's own approval; a person who settles a step decides about the plan once more. */
const NESTED: readonly string[] = ['decision.recorded', 'decision.withdrawn', 'approval.rejected']

/** One live decision a person: a new one withdraws the approval before it. */
function takeDecision(fold: Fold, entry: JsonObject): void {
  const { decision } = objectAt(entry, 'details')
  const isWithdrawal = entry['event'] === 'decision.withdrawn'
  if (!isWithdrawal && decision !== 'approve' && decision !== 'reject') return
  const isNested = entry['stepId'] !== undefined && NESTED.includes(text(entry['event']))
  const step = isNested ? ` ${stepOf(entry)}` : ''
  const key = `${text(entry['proposalId'])}${step} ${text(objectAt(entry, 'actor')['id'])}`
  const before = fold.decisions.get(key)?.replace(/approve$/, 'approve withdrawn')
  const all = [before, isWithdrawal ? undefined : text(decision)]
  fold.decisions.set(key, all.filter((one) => one !== undefined).join(', '))
}

function stepOf(entry: JsonObject): string {
  return `${text(entry['runId'])}/${text(entry['stepId'])}`
}

const SAID: Readonly<Record<string, string>> = { 'question.asked': 'asked', 'question.answered': 'answered' }

/** Nothing that was said is changed or taken out: each stands where it was said, and answers below one another. */
function takeQuestion(fold: Fold, entry: JsonObject): void {
  const said = SAID[text(entry['event'])]
  if (said === undefined) return
  const { number, text: words, stepId } = objectAt(entry, 'details')
  const step = stepId === undefined ? '' : ` about ${text(entry['runId'])}/${text(stepId)}`
  const line = `${said} by ${text(objectAt(entry, 'actor')['id'])} in ${text(entry['origin'])}${step}: ${text(words)}`
  const key = `${text(entry['proposalId'])} Q${text(number)}${said === 'asked' ? '' : ' answers'}`
  const before = fold.questions.get(key)
  fold.questions.set(key, before === undefined ? line : `${before}\n${line}`)
}

function objectAt(entry: JsonObject, name: string): JsonObject {
  const value = entry[name]
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject ? (value as JsonObject) : {}
}

function text(value: Json | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : 'none'
}
