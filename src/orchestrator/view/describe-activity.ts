import { momentText } from '../../summaries/wording.ts'
import { nameText } from '../../summaries/fit-words.ts'
import { isLogWait } from '../../domain/log-delay.ts'
import { ENDED_RUN_STATES } from '../../domain/run.ts'
import type { Incident } from '../../domain/incident.ts'
import type { Proposal } from '../../domain/approval.ts'
import type { Run } from '../../domain/run.ts'
import type { SummarySentence } from '../../domain/incident-view.ts'
import type { WordedPart } from '../../summaries/fit-words.ts'

export interface ActivityFacts {
  readonly incident: Incident
  readonly proposal: Proposal | undefined
  /** The newest. */
  readonly run: Run | undefined
  /** The one that it carries out. */
  readonly runProposal: Proposal | undefined
  /** It waits for a nested approval. */
  readonly isStepAsked: boolean
  readonly commanderName: string | null
  readonly isCollecting: boolean
  /** Times of other days are told with their date. */
  readonly asOf: Date
}

/** What was last done about it, and what became of that. */
interface Deed {
  readonly id: string
  /** `RUN-28`, `Undo RUN-28`. */
  readonly shortName: string
  /** `rollback (RUN-28)`. */
  readonly name: string
  /** `failed`: the shortest first. */
  readonly verbs: readonly [string, ...string[]]
  /** Nothing comes of it any more: then it counts who has taken the incident. */
  readonly isPast: boolean
}

/** What is being done about it, with the id of the record that says so: the newest of run, proposal and incident. */
export function describeActivity(facts: ActivityFacts): WordedPart {
  const { incident } = facts
  const deed = newestDeed(facts)
  const of = (text: string): SummarySentence => ({
    text: `${text}.`,
    evidence: deed === undefined ? [incident.id] : [deed.id, incident.id],
  })
  const isOver = incident.state === 'mitigated' || incident.state === 'resolved'
  const [first, ...more] = isOver ? ended(facts, deed) : going(facts, deed)
  return { forms: [of(first), ...more.map(of)], usual: Math.min(deed?.isPast === true && !isOver ? 2 : 1, more.length) }
}

type Words = readonly [string, ...string[]]

/** `rollback (RUN-28) succeeded; resolved at 14:40 UTC`. */
function ended({ incident, asOf }: ActivityFacts, deed: Deed | undefined): Words {
  const { state, mitigatedAt, resolvedAt } = incident
  const at = state === 'resolved' ? resolvedAt : mitigatedAt
  const end = at === null ? state : `${state} at ${momentText(at, asOf)}`
  if (deed === undefined) return at === null ? [`It is ${state}`] : [`It is ${state}`, `It was ${end}`]
  const [short] = deed.verbs
  return [`${deed.shortName} ${short}; ${state}`, ...deed.verbs.map((verb) => `${deed.name} ${verb}; ${end}`)]
}

function going(facts: ActivityFacts, deed: Deed | undefined): Words {
  const taken = standing(facts)
  if (deed === undefined) {
    const alone = upperFirst(taken)
    const brief = facts.commanderName === null ? alone : 'A commander is named'
    return [brief, alone, ...(facts.isCollecting ? [] : [`${alone}, and nothing is proposed`])]
  }
  const [short] = deed.verbs
  const long = deed.verbs.map((verb) => `${deed.name} ${verb}`)
  if (!deed.isPast) return [`${deed.shortName} ${short}`, ...long]
  const brief = `${deed.shortName} ${short}`
  return [brief, `${brief}; ${taken}`, ...long.map((words) => `${words}; ${taken}`)]
}

function standing({ incident, commanderName }: ActivityFacts): string {
  if (commanderName !== null) return `${nameOf(commanderName)} is in command`
  return incident.state === 'open' ? 'nobody has taken it' : 'it is acknowledged'
}

/** Names of people have several words. */
function nameOf(person: string): string {
  return nameText(person, 3, 40).replaceAll('"', '')
}

function newestDeed({ proposal, run, runProposal, isStepAsked }: ActivityFacts): Deed | undefined {
  if (run !== undefined && (proposal === undefined || run.proposalId === proposal.id || proposal.closedAt !== null)) {
    return deedOfRun(run, runProposal, isStepAsked)
  }
  return proposal === undefined ? undefined : deedOfProposal(proposal)
}

function deedOfRun(run: Run, proposal: Proposal | undefined, isStepAsked: boolean): Deed {
  const playbook = proposal === undefined ? run.id : `${proposal.plan.playbook.name} (${run.id})`
  const isUndo = run.direction === 'undo' && run.state !== 'undone'
  return {
    id: run.id,
    shortName: isUndo ? `Undo ${run.id}` : run.id,
    name: isUndo ? `Undo of ${playbook}` : playbook,
    verbs: verbsOfRun(run, isStepAsked),
    isPast: ['failed', 'stopped', 'undone'].includes(run.state),
  }
}

function verbsOfRun(run: Run, isStepAsked: boolean): Words {
  if (!ENDED_RUN_STATES.includes(run.state) && isLogWait(run.detail)) return ['waits', 'waits for the audit log']
  switch (run.state) {
    case 'queued':
      return ['is about to start']
    case 'running':
      return ['is under way']
    case 'waiting':
      return isStepAsked ? ['waits for approval', 'waits for approval of a step'] : ['is under way']
    case 'unknown':
      return ['waits for a person', 'waits: the outcome of a step is unknown']
    case 'succeeded':
    case 'failed':
      return [run.state]
    case 'undone':
    case 'stopped':
      return [`was ${run.state}`]
  }
}

function deedOfProposal(proposal: Proposal): Deed {
  const { id, state, plan } = proposal
  return {
    id,
    shortName: id,
    name: `${plan.playbook.name} (${id})`,
    verbs: verbsOfProposal(proposal),
    isPast: state !== 'pending' && state !== 'approved',
  }
}

function verbsOfProposal({ state, tier }: Proposal): Words {
  switch (state) {
    case 'pending':
      return tier === 4 ? ['waits for people', 'is for people to do by hand'] : ['waits for approval']
    case 'approved':
      return ['is approved']
    case 'expired':
      return ['expired']
    case 'drifted':
      return ['is void', 'is void: what was approved has changed']
    case 'cancelled':
      return ['was withdrawn']
    case 'rejected':
    case 'superseded':
      return [`was ${state}`]
  }
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
