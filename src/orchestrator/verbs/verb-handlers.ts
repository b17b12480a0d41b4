import {
  ackVerb,
  assignVerb,
  declareVerb,
  mitigatedVerb,
  noteVerb,
  reopenVerb,
  resolveVerb,
  severityVerb,
} from './incident-verbs.ts'
import { approveVerb, byHandVerb, cancelVerb, rejectVerb, withdrawVerb } from './decision-verbs.ts'
import { breakGlassVerb } from './break-glass-verb.ts'
import { changesVerb, evidenceVerb, helpVerb, listVerb, statusVerb, summaryVerb, timelineVerb } from './read-verbs.ts'
import { askVerb, handoverVerb, postmortemVerb, updateVerb } from './text-verbs.ts'
import { feedbackVerb } from './feedback-verb.ts'
import { freezeVerb, unfreezeVerb } from './freeze-verbs.ts'
import { planVerb, playbooksVerb, runVerb } from './playbook-verbs.ts'
import { answerVerb, questionVerb } from './question-verbs.ts'
import { settleVerb, stopVerb, undoVerb } from './run-verbs.ts'
import type { Verb } from '../../domain/verb.ts'
import type { VerbHandler } from './conversation-context.ts'

/** Every verb of the grammar; a verb without a handler does not compile. */
export const VERB_HANDLERS: Readonly<Record<Verb, VerbHandler>> = {
  declare: declareVerb,
  list: listVerb,
  status: statusVerb,
  timeline: timelineVerb,
  summary: summaryVerb,
  changes: changesVerb,
  evidence: evidenceVerb,
  ask: askVerb,
  handover: handoverVerb,
  update: updateVerb,
  postmortem: postmortemVerb,
  ack: ackVerb,
  assign: assignVerb,
  severity: severityVerb,
  note: noteVerb,
  mitigated: mitigatedVerb,
  resolve: resolveVerb,
  reopen: reopenVerb,
  feedback: feedbackVerb,
  playbooks: playbooksVerb,
  plan: planVerb,
  run: runVerb,
  approve: approveVerb,
  reject: rejectVerb,
  withdraw: withdrawVerb,
  question: questionVerb,
  answer: answerVerb,
  cancel: cancelVerb,
  stop: stopVerb,
  settle: settleVerb,
  undo: undoVerb,
  byhand: byHandVerb,
  freeze: freezeVerb,
  unfreeze: unfreezeVerb,
  breakglass: breakGlassVerb,
  help: helpVerb,
}
