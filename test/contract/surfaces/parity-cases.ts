import { BO, CY, DI, GUS, NED } from './parity-world.ts'
import * as on from './grounds.ts'
import type { Arrange } from './grounds.ts'
import type { Person } from '../../../src/domain/person.ts'
import type { Verb } from '../../../src/domain/verb.ts'

/** The columns of the table. */
export const OUTCOMES = ['done', 'role', 'usage', 'missing', 'unknown', 'others', 'ended', 'frozen', 'changed'] as const
export type Outcome = (typeof OUTCOMES)[number]

export interface ParityCase {
  readonly by: Person
  readonly ground: Arrange
  /** With `{i}`, `{p}`, `{h}` from the ground. */
  readonly says: string
  /** The code of the answer: `done`, or why not. */
  readonly code: string
}

export type CasesOfVerb = Readonly<Partial<Record<Outcome, ParityCase>>>

function a(by: Person, ground: Arrange, says: string, code = 'done'): ParityCase {
  return { by, ground, says, code }
}

/** Verbs that only read answer everybody with a role, whatever has become of the incident. */
function reading(verb: string): CasesOfVerb {
  return {
    done: a(GUS, on.anIncident, `${verb} {i}`),
    role: a(NED, on.anIncident, `${verb} {i}`, 'not_allowed'),
    usage: a(GUS, on.anIncident, `${verb} {i} please`, 'wrong_usage'),
    missing: a(GUS, on.nothing, verb, 'which_incident'),
    unknown: a(GUS, on.unknownIncident, `${verb} {i}`, 'not_found'),
    others: a(GUS, on.ledByEve(on.anIncident), `${verb} {i}`),
    ended: a(GUS, on.resolved(on.anIncident), `${verb} {i}`),
    frozen: a(GUS, on.frozen(on.anIncident), `${verb} {i}`),
  }
}

/** Verbs that move an incident are for those who handle it. */
function moving(verb: string, rest: string, changes: CasesOfVerb): CasesOfVerb {
  const says = `${verb} {i}${rest}`
  return {
    done: a(DI, on.anIncident, says),
    role: a(GUS, on.anIncident, says, 'not_allowed'),
    usage: a(DI, on.anIncident, `${verb} {i}${rest} too much`, 'wrong_usage'),
    missing: a(DI, on.nothing, `${verb}${rest}`, 'which_incident'),
    unknown: a(DI, on.unknownIncident, says, 'not_found'),
    others: a(DI, on.ledByEve(on.anIncident), says),
    ended: a(DI, on.resolved(on.anIncident), says),
    frozen: a(DI, on.frozen(on.anIncident), says),
    ...changes,
  }
}

const PLAYBOOK = 'rollback-bad-deploy'
const EMERGENCY = 'checkout is down and nobody answers'

/** Each verb of the contract, and how each outcome comes about. What is left out cannot happen to that verb. */
export const PARITY_CASES: Readonly<Record<Verb, CasesOfVerb>> = {
  declare: {
    done: a(DI, on.nothing, 'declare SEV2 checkout is slow on checkout'),
    role: a(GUS, on.nothing, 'declare SEV2 checkout is slow on checkout', 'not_allowed'),
    usage: a(DI, on.nothing, 'declare SEV9 checkout is slow', 'wrong_usage'),
    missing: a(DI, on.nothing, 'declare SEV2', 'wrong_usage'),
    unknown: a(DI, on.nothing, 'declare SEV3 logins fail on chekout'),
    frozen: a(DI, on.frozen(on.nothing), 'declare SEV2 checkout is slow on checkout'),
  },
  list: {
    done: a(GUS, on.anIncident, 'list'),
    role: a(NED, on.nothing, 'list', 'not_allowed'),
    usage: a(GUS, on.nothing, 'list everything', 'wrong_usage'),
  },
  status: reading('status'),
  timeline: reading('timeline'),
  summary: reading('summary'),
  changes: reading('changes'),
  evidence: reading('evidence'),
  ask: {
    ...reading('ask'),
    done: a(GUS, on.anIncident, 'ask {i} what changed'),
    role: a(NED, on.anIncident, 'ask {i} what changed', 'not_allowed'),
    usage: a(GUS, on.anIncident, `ask {i} ${'x'.repeat(3_999)}`, 'too_long'),
    missing: a(GUS, on.anIncident, 'ask {i}', 'wrong_usage'),
    unknown: a(GUS, on.unknownIncident, 'ask {i} what changed', 'not_found'),
    others: a(GUS, on.ledByEve(on.anIncident), 'ask {i} what changed'),
    ended: a(GUS, on.resolved(on.anIncident), 'ask {i} what changed'),
    frozen: a(GUS, on.frozen(on.anIncident), 'ask {i} what changed'),
  },
  handover: reading('handover'),
  update: reading('update'),
  postmortem: reading('postmortem'),
  ack: moving('ack', '', {
    others: a(DI, on.ledByEve(on.anIncident), 'ack {i}', 'already_acknowledged'),
    ended: a(DI, on.resolved(on.anIncident), 'ack {i}', 'wrong_state'),
  }),
  assign: moving('assign', ' commander me', {
    missing: a(DI, on.anIncident, 'assign {i} commander', 'wrong_usage'),
    usage: a(DI, on.anIncident, 'assign {i} commander @nobody', 'unknown_person'),
  }),
  severity: moving('severity', ' SEV1', {
    missing: a(DI, on.anIncident, 'severity {i}', 'wrong_usage'),
    usage: a(DI, on.anIncident, 'severity {i} high', 'wrong_usage'),
  }),
  note: moving('note', ' the cache is cold', {
    missing: a(DI, on.anIncident, 'note {i}', 'wrong_usage'),
    usage: a(DI, on.nothing, `note ${'x'.repeat(3_999)}`, 'too_long'),
  }),
  mitigated: moving('mitigated', '', { ended: a(DI, on.resolved(on.anIncident), 'mitigated {i}', 'wrong_state') }),
  resolve: moving('resolve', '', { ended: a(DI, on.resolved(on.anIncident), 'resolve {i}', 'already_resolved') }),
  reopen: moving('reopen', '', {
    done: a(DI, on.resolved(on.anIncident), 'reopen {i}'),
    changed: a(DI, on.anIncident, 'reopen {i}', 'already_open'),
    frozen: a(DI, on.frozen(on.resolved(on.anIncident)), 'reopen {i}'),
  }),
  feedback: {
    done: a(GUS, on.over, 'feedback {i} cause right'),
    role: a(NED, on.over, 'feedback {i} cause right', 'not_allowed'),
    usage: a(GUS, on.over, 'feedback {i} playbook right', 'wrong_usage'),
    missing: a(GUS, on.over, 'feedback {i}', 'wrong_usage'),
    unknown: a(GUS, on.unknownIncident, 'feedback {i} cause right', 'not_found'),
    others: a(GUS, on.causeSaidRight(on.over, CY), 'feedback {i} cause wrong'),
    ended: a(GUS, on.resolved(on.anIncident), 'feedback {i} playbook helped', 'nothing_ran'),
    frozen: a(GUS, on.frozen(on.over), 'feedback {i} playbook no'),
    changed: a(GUS, on.anIncident, 'feedback {i} cause right', 'not_resolved'),
  },
  playbooks: reading('playbooks'),
  plan: {
    done: a(DI, on.anIncident, `plan {i} ${PLAYBOOK}`),
    role: a(GUS, on.anIncident, `plan {i} ${PLAYBOOK}`, 'not_allowed'),
    usage: a(DI, on.anIncident, `plan {i} ${PLAYBOOK} checkout`, 'wrong_usage'),
    missing: a(DI, on.anIncident, 'plan {i}', 'wrong_usage'),
    unknown: a(DI, on.unknownIncident, `plan {i} ${PLAYBOOK}`, 'not_found'),
    others: a(DI, on.ledByEve(on.anIncident), `plan {i} ${PLAYBOOK}`),
    ended: a(DI, on.resolved(on.anIncident), `plan {i} ${PLAYBOOK}`),
    frozen: a(DI, on.frozen(on.anIncident), `plan {i} ${PLAYBOOK}`),
  },
  run: {
    done: a(DI, on.anIncident, `run {i} ${PLAYBOOK}`),
    role: a(GUS, on.anIncident, `run {i} ${PLAYBOOK}`, 'not_allowed'),
    usage: a(DI, on.anIncident, 'run {i} rollback-bad-deplyo', 'unknown_playbook'),
    missing: a(DI, on.anIncident, 'run {i}', 'wrong_usage'),
    unknown: a(DI, on.unknownIncident, `run {i} ${PLAYBOOK}`, 'not_found'),
    others: a(DI, on.ledByEve(on.anIncident), `run {i} ${PLAYBOOK}`),
    ended: a(DI, on.resolved(on.anIncident), `run {i} ${PLAYBOOK}`, 'incident_resolved'),
    frozen: a(DI, on.frozen(on.anIncident), `run {i} ${PLAYBOOK}`, 'frozen'),
    changed: a(DI, on.approved, `run {i} ${PLAYBOOK}`, 'run_active'),
  },
  approve: {
    done: a(CY, on.proposed, 'approve {p} {h}', 'approved'),
    role: a(DI, on.proposed, 'approve {p} {h}', 'not_allowed'),
    usage: a(CY, on.proposed, 'approve abcdef01', 'wrong_usage'),
    missing: a(CY, on.proposed, 'approve {p}'),
    unknown: a(CY, on.nothing, 'approve PRO-999999 abcdef01', 'unknown_proposal'),
    others: a(CY, on.halfApproved, 'approve {p} {h}', 'counted'),
    ended: a(CY, on.resolved(on.proposed), 'approve {p} {h}', 'already_decided'),
    frozen: a(CY, on.frozen(on.proposed), 'approve {p} {h}', 'frozen'),
    changed: a(CY, on.changedPlan(on.proposed), 'approve {p} {h}', 'already_decided'),
  },
  reject: {
    done: a(CY, on.proposed, 'reject {i} it is the database', 'rejected'),
    role: a(DI, on.proposed, 'reject {i} it is the database', 'not_allowed'),
    missing: a(CY, on.proposed, 'reject {i}', 'wrong_usage'),
    unknown: a(CY, on.unknownIncident, 'reject {i} it is the database', 'not_found'),
    others: a(CY, on.ledByEve(on.proposed), 'reject {i} it is the database', 'rejected'),
    ended: a(CY, on.resolved(on.anIncident), 'reject {i} it is the database', 'no_proposal'),
    frozen: a(CY, on.frozen(on.proposed), 'reject {i} it is the database', 'rejected'),
    changed: a(CY, on.succeeded, 'reject {i} it is the database', 'already_decided'),
  },
  withdraw: {
    done: a(BO, on.halfApproved, 'withdraw {i}'),
    role: a(DI, on.halfApproved, 'withdraw {i}', 'not_allowed'),
    usage: a(BO, on.halfApproved, 'withdraw {i} my approval', 'wrong_usage'),
    missing: a(BO, on.nothing, 'withdraw', 'which_incident'),
    unknown: a(BO, on.unknownIncident, 'withdraw {i}', 'not_found'),
    others: a(CY, on.halfApproved, 'withdraw {i}', 'nothing_to_withdraw'),
    ended: a(BO, on.resolved(on.anIncident), 'withdraw {i}', 'no_proposal'),
    frozen: a(BO, on.frozen(on.halfApproved), 'withdraw {i}'),
    changed: a(BO, on.running, 'withdraw {i}', 'run_started'),
  },
  question: {
    done: a(CY, on.proposed, 'question {i} does cart need the new format'),
    role: a(NED, on.proposed, 'question {i} does cart need it', 'not_allowed'),
    missing: a(CY, on.proposed, 'question {i}', 'wrong_usage'),
    usage: a(CY, on.proposed, `question {i} ${'x'.repeat(3_999)}`, 'too_long'),
    unknown: a(CY, on.unknownIncident, 'question {i} is it safe', 'not_found'),
    others: a(GUS, on.ledByEve(on.halfApproved), 'question {i} is it safe'),
    ended: a(CY, on.resolved(on.proposed), 'question {i} is it safe', 'not_waiting'),
    frozen: a(CY, on.frozen(on.proposed), 'question {i} is it safe'),
    changed: a(CY, on.approved, 'question {i} is it safe', 'not_waiting'),
  },
  answer: {
    done: a(DI, on.asked, 'answer {i} it reads both'),
    role: a(GUS, on.asked, 'answer {i} it reads both', 'not_allowed'),
    missing: a(DI, on.asked, 'answer {i} Q1', 'wrong_usage'),
    usage: a(DI, on.asked, 'answer {i} Q7 it reads both', 'unknown_question'),
    unknown: a(DI, on.proposed, 'answer {i} it reads both', 'no_question'),
    others: a(DI, on.ledByEve(on.asked), 'answer {i} Q1 it reads both'),
    ended: a(DI, on.resolved(on.asked), 'answer {i} it reads both', 'not_waiting'),
    frozen: a(DI, on.frozen(on.asked), 'answer {i} it reads both'),
    changed: a(DI, on.changedPlan(on.asked), 'answer {i} it reads both', 'no_question'),
  },
  cancel: {
    done: a(DI, on.requestedByDi, 'cancel {i} found another way'),
    role: a(GUS, on.requestedByDi, 'cancel {i}', 'not_allowed'),
    missing: a(DI, on.nothing, 'cancel', 'which_incident'),
    unknown: a(DI, on.unknownIncident, 'cancel {i}', 'not_found'),
    others: a(DI, on.proposed, 'cancel {i}', 'not_allowed'),
    ended: a(DI, on.resolved(on.anIncident), 'cancel {i}', 'no_proposal'),
    frozen: a(DI, on.frozen(on.requestedByDi), 'cancel {i}'),
    changed: a(BO, on.running, 'cancel {i}', 'run_started'),
  },
  stop: {
    done: a(DI, on.running, 'stop {i} the queue is draining'),
    role: a(GUS, on.running, 'stop {i}', 'not_allowed'),
    missing: a(DI, on.nothing, 'stop', 'which_incident'),
    unknown: a(DI, on.unknownIncident, 'stop {i}', 'not_found'),
    others: a(DI, on.ledByEve(on.running), 'stop {i}'),
    ended: a(DI, on.succeeded, 'stop {i}', 'run_ended'),
    frozen: a(DI, on.frozen(on.running), 'stop {i}'),
  },
  settle: {
    done: a(CY, on.unknownStep, 'settle {i} rollback done Argo CD shows 1b22'),
    role: a(DI, on.unknownStep, 'settle {i} rollback done Argo CD shows 1b22', 'not_allowed'),
    usage: a(CY, on.unknownStep, 'settle {i} rollback maybe it worked', 'wrong_usage'),
    missing: a(CY, on.unknownStep, 'settle {i} rollback done', 'wrong_usage'),
    unknown: a(CY, on.unknownIncident, 'settle {i} rollback done seen', 'not_found'),
    others: a(CY, on.ledByEve(on.unknownStep), 'settle {i} rollback abort nobody knows'),
    ended: a(CY, on.succeeded, 'settle {i} rollback done seen', 'nothing_to_settle'),
    frozen: a(CY, on.frozen(on.unknownStep), 'settle {i} rollback done seen'),
    changed: a(CY, on.unknownStep, 'settle {i} healthy done seen', 'other_step'),
  },
  undo: {
    done: a(CY, on.failed, 'undo {i}'),
    role: a(DI, on.failed, 'undo {i}', 'not_allowed'),
    missing: a(CY, on.nothing, 'undo', 'which_incident'),
    unknown: a(CY, on.unknownIncident, 'undo {i}', 'not_found'),
    others: a(CY, on.ledByEve(on.failed), 'undo {i}'),
    ended: a(CY, on.succeeded, 'undo {i}', 'not_undoable'),
    frozen: a(CY, on.frozen(on.failed), 'undo {i}', 'not_allowed'),
    changed: a(CY, on.proposed, 'undo {i}', 'no_run'),
  },
  byhand: {
    done: a(DI, on.proposed, 'byhand {i} restarted the pods'),
    role: a(GUS, on.proposed, 'byhand {i} restarted the pods', 'not_allowed'),
    missing: a(DI, on.proposed, 'byhand {i}', 'wrong_usage'),
    unknown: a(DI, on.unknownIncident, 'byhand {i} restarted the pods', 'not_found'),
    others: a(DI, on.ledByEve(on.proposed), 'byhand {i} restarted the pods'),
    ended: a(DI, on.resolved(on.anIncident), 'byhand {i} restarted the pods'),
    frozen: a(DI, on.frozen(on.proposed), 'byhand {i} restarted the pods'),
    changed: a(DI, on.running, 'byhand {i} restarted the pods', 'run_started'),
  },
  freeze: {
    done: a(DI, on.nothing, 'freeze checkout 2h end of quarter'),
    role: a(NED, on.nothing, 'freeze checkout 2h end of quarter', 'not_allowed'),
    usage: a(DI, on.nothing, 'freeze checkout long end of quarter', 'bad_duration'),
    missing: a(DI, on.nothing, 'freeze checkout 2h', 'wrong_usage'),
    unknown: a(DI, on.nothing, 'freeze chekout 2h end of quarter', 'unknown_service'),
    frozen: a(DI, on.frozen(on.nothing), 'freeze all 3h suspicious login'),
  },
  unfreeze: {
    done: a(CY, on.frozen(on.nothing), 'unfreeze checkout'),
    role: a(DI, on.frozen(on.nothing), 'unfreeze checkout', 'not_allowed'),
    usage: a(CY, on.frozen(on.nothing), 'unfreeze checkout now', 'wrong_usage'),
    missing: a(CY, on.nothing, 'unfreeze', 'wrong_usage'),
    unknown: a(CY, on.nothing, 'unfreeze chekout', 'unknown_service'),
    changed: a(CY, on.nothing, 'unfreeze checkout', 'not_frozen'),
  },
  breakglass: {
    done: a(CY, on.proposed, `breakglass {p} {h} ${EMERGENCY}`, 'glass_broken'),
    role: a(DI, on.proposed, `breakglass {i} ${PLAYBOOK} ${EMERGENCY}`, 'not_allowed'),
    usage: a(CY, on.proposed, `breakglass {p} nothing ${EMERGENCY}`, 'wrong_usage'),
    missing: a(CY, on.proposed, 'breakglass {p} {h} now', 'reason_missing'),
    unknown: a(CY, on.anIncident, `breakglass {i} reboot-the-moon ${EMERGENCY}`, 'not_on_the_list'),
    others: a(CY, on.ledByEve(on.proposed), `breakglass {i} ${PLAYBOOK} ${EMERGENCY}`),
    ended: a(CY, on.resolved(on.proposed), `breakglass {p} {h} ${EMERGENCY}`, 'already_decided'),
    frozen: a(CY, on.frozen(on.proposed), `breakglass {p} {h} ${EMERGENCY}`, 'frozen'),
    changed: a(CY, on.glassBroken, 'breakglass {i} review justified it saved the day'),
  },
  help: {
    done: a(GUS, on.nothing, 'help'),
    role: a(NED, on.nothing, 'help', 'not_allowed'),
    usage: a(GUS, on.nothing, 'help aprove', 'unknown_verb'),
    missing: a(GUS, on.nothing, ''),
  },
}

/** Words that are no verbs. */
export const UNKNOWN_VERBS: readonly ParityCase[] = [
  a(DI, on.nothing, 'aprove PRO-1', 'unknown_verb'),
  a(DI, on.nothing, 'close INC-1', 'unknown_verb'),
  a(DI, on.nothing, 'xyzzy', 'unknown_verb'),
]
