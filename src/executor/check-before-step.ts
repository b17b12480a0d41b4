import type { Decision, Proposal, ProposalState } from '../domain/approval.ts'
import type { AuthorizationVerdict } from '../domain/authorization.ts'
import { frozenWhat } from '../domain/freeze.ts'
import type { Freeze } from '../domain/freeze.ts'
import type { Mode } from '../domain/mode.ts'
import type { Person } from '../domain/person.ts'
import type { Plan } from '../domain/plan.ts'
import type { Playbook } from '../domain/playbook.ts'
import type { Run } from '../domain/run.ts'

/** Everything that is looked at again before every step: read anew, or compared by the intent (`read-progress.ts`). */
export interface Grounds {
  readonly run: Run
  readonly proposal: Proposal
  readonly plan: Plan
  /** By database time. */
  readonly isExpired: boolean
  readonly decisions: readonly Decision[]
  /** As the directory has them now; undefined for who has left it. */
  readonly findPerson: (personId: string) => Person | undefined
  readonly freeze: Freeze | undefined
  readonly mode: Mode
  /** The playbook of the plan's name as it is in force now. */
  readonly playbook: Playbook | undefined
  /** The plan's own version of the playbook was accepted, and no version since has taken the playbook out. */
  readonly isPlaybookAccepted: boolean
  readonly policy: AuthorizationVerdict
  readonly alerts: { readonly total: number; readonly firing: number }
  readonly isSymptomGoneConfirmed: boolean
  /**
   * null while the quorum stands, with the roles that people have now; else what is missing. Of an undo: while whoever
   * pressed it might press it now.
   */
  readonly missingApproval: string | null
  /** null for a plan that waited for its quorum. */
  readonly glass: GlassGround | null
  /** This run has sent something, or may have: checks and nested approvals are nothing that was sent. */
  readonly hasActed: boolean
}

/** A plan that one person had run without its quorum. */
export interface GlassGround {
  /** Person id. */
  readonly brokenBy: string
  readonly until: Date
  /** By database time. */
  readonly isOver: boolean
}

export type StepVerdict =
  | { readonly verdict: 'go' }
  /** An approval was withdrawn: the run waits until the quorum is there again. */
  | { readonly verdict: 'hold'; readonly reason: string }
  | {
      readonly verdict: 'stop'
      readonly rule: string
      /** Goes after `RUN-5 stops: `. */
      readonly reason: string
      /** What becomes of the proposal, while no step has started. */
      readonly proposal: ProposalState | null
      /** The facts are looked at again and a new proposal is made where one fits. */
      readonly asksAgain: boolean
    }

type Check = (grounds: Grounds) => StepVerdict | undefined

/**
 * The checks in their order: what a person said comes first, then whether this is the approved plan, then whether
 * it may still run. An undo needs no quorum of its own, since one approver presses it, who is asked about again; it stops
 * and freezes alike.
 */
const BACK: readonly Check[] = [checkStop, checkFreeze, checkMode, checkPolicy, checkUndoer]
const FORWARD: readonly Check[] = [
  checkStop,
  checkApproved,
  checkGlass,
  checkExpiry,
  checkFreeze,
  checkMode,
  checkTier,
  checkPlaybook,
  checkPolicy,
  checkQuorum,
  checkSymptom,
]

export function checkBeforeStep(grounds: Grounds): StepVerdict {
  const checks = grounds.run.direction === 'undo' ? BACK : FORWARD
  for (const check of checks) {
    const verdict = check(grounds)
    if (verdict !== undefined) return verdict
  }
  return { verdict: 'go' }
}

function stop(rule: string, reason: string, proposal: ProposalState | null, asksAgain = false): StepVerdict {
  return { verdict: 'stop', rule, reason, proposal, asksAgain }
}

function hasStarted({ run }: Grounds): boolean {
  return run.startedAt !== null
}

function checkStop({ run, findPerson }: Grounds): StepVerdict | undefined {
  if (run.stopRequestedBy === null) return undefined
  const by = findPerson(run.stopRequestedBy)?.name ?? run.stopRequestedBy
  return stop('stop_requested', `${by} stopped it (${run.stopReason ?? 'no reason given'})`, 'cancelled')
}

function checkApproved(grounds: Grounds): StepVerdict | undefined {
  const { proposal } = grounds
  if (proposal.state === 'approved') return undefined
  if (proposal.state === 'pending' && !hasStarted(grounds)) {
    return { verdict: 'hold', reason: `${proposal.id} waits for approval again` }
  }
  return stop('not_approved', `${proposal.id} is ${proposal.state}`, null)
}

function checkExpiry(grounds: Grounds): StepVerdict | undefined {
  if (hasStarted(grounds) || !grounds.isExpired) return undefined
  return stop('expired', `${grounds.proposal.id} expired before its first step started`, 'expired', true)
}

/** The glass stays broken for a while only; what has been sent is followed to its end. */
function checkGlass(grounds: Grounds): StepVerdict | undefined {
  const { glass } = grounds
  if (glass?.isOver !== true) return undefined
  const until = glass.until.toISOString().slice(11, 16)
  const isStart = !hasStarted(grounds)
  return stop('glass_over', `the glass was broken until ${until} UTC only`, isStart ? 'expired' : null, isStart)
}

function checkFreeze({ freeze }: Grounds): StepVerdict | undefined {
  if (freeze === undefined) return undefined
  return stop('frozen', `${frozenWhat(freeze)} is frozen (${freeze.reason})`, 'cancelled')
}

function checkMode({ mode }: Grounds): StepVerdict | undefined {
  return mode === 'observe' ? stop('mode', 'the mode is observe now, in which nothing runs', 'cancelled') : undefined
}

function checkTier({ plan }: Grounds): StepVerdict | undefined {
  return plan.tier === 4 ? stop('tier', 'a plan of tier 4 is for people to run', 'cancelled') : undefined
}

/**
 * A run that has started goes on by the version it was approved with: an edit that is accepted meanwhile is for the next
 * plan. Taking the playbook out is more than an edit: then no run goes on with it.
 */
function checkPlaybook(grounds: Grounds): StepVerdict | undefined {
  const { plan, playbook } = grounds
  if (playbook?.digest === plan.playbook.digest) return undefined
  if (hasStarted(grounds) && grounds.isPlaybookAccepted) return undefined
  const what = playbook === undefined ? 'was removed' : 'was changed'
  return stop('playbook_changed', `the playbook ${plan.playbook.name} ${what} after the approval`, 'drifted', true)
}

function checkQuorum({ missingApproval }: Grounds): StepVerdict | undefined {
  return missingApproval === null ? undefined : stop('quorum', missingApproval, 'cancelled', true)
}

function checkUndoer({ missingApproval }: Grounds): StepVerdict | undefined {
  return missingApproval === null ? undefined : stop('undo_not_allowed', missingApproval, null)
}

function checkPolicy({ policy }: Grounds): StepVerdict | undefined {
  if (policy.verdict === 'allow') return undefined
  const why = policy.reasons.map((reason) => reason.text.replace(/[.\s]+$/, '')).join('; ')
  return stop('policy', `the policy forbids it now (${why || 'no policy allows it'})`, 'cancelled')
}

/** Read once more before the first effect; who approved with that in view has confirmed it. */
function checkSymptom(grounds: Grounds): StepVerdict | undefined {
  const { alerts, isSymptomGoneConfirmed, hasActed } = grounds
  if (hasActed || alerts.total === 0 || alerts.firing > 0 || isSymptomGoneConfirmed) return undefined
  return stop('symptom_gone', 'the symptom is gone, no alert of the incident fires any more', 'cancelled')
}
