import { VERBS } from '../../domain/verb.ts'
import type { Verb } from '../../domain/verb.ts'

interface Usage {
  readonly form: string
  readonly does: string
}

const USAGES: Readonly<Record<Verb, Usage>> = {
  declare: { form: 'declare [SEV1-5] <title> [on <service>]', does: 'opens an incident by hand' },
  list: { form: 'list', does: 'shows the incidents that are not resolved' },
  status: { form: 'status [id]', does: 'shows the card' },
  timeline: { form: 'timeline [id]', does: 'shows what happened, in order' },
  summary: { form: 'summary [id]', does: 'says it in a few sentences' },
  changes: { form: 'changes [id]', does: 'shows what changed before the onset and how likely it is the cause' },
  evidence: { form: 'evidence [id]', does: 'shows the facts with their sources' },
  ask: { form: 'ask [id] <question>', does: 'answers from the record of the incident' },
  handover: { form: 'handover [id]', does: 'tells the next on-call where it stands and what waits' },
  update: { form: 'update [id]', does: 'says it for people who do not know the systems' },
  postmortem: { form: 'postmortem [id]', does: 'drafts a post-mortem from the record' },
  ack: { form: 'ack [id]', does: 'says that you are on it' },
  assign: { form: 'assign [id] <role> @who', does: 'gives somebody a role, for example commander' },
  severity: { form: 'severity [id] <SEV1-5>', does: 'sets the severity' },
  note: { form: 'note [id] <text>', does: 'puts a sentence on the timeline' },
  mitigated: { form: 'mitigated [id]', does: 'says that users no longer feel it' },
  resolve: { form: 'resolve [id] [follow-up]', does: 'ends the incident; an open follow-up is named and stays open' },
  reopen: { form: 'reopen [id]', does: 'opens it again' },
  feedback: {
    form: 'feedback [id] cause right|wrong|unsure',
    does: 'says after an incident whether the cause was right; feedback [id] playbook helped|no says whether the playbook helped',
  },
  playbooks: { form: 'playbooks [id]', does: 'shows which playbooks fit and why the others do not' },
  plan: { form: 'plan [id] <playbook> [key=value …]', does: 'shows exactly what would run; proposes nothing' },
  run: { form: 'run [id] <playbook> [key=value …]', does: 'proposes a playbook; it runs once it is approved' },
  approve: {
    form: 'approve [<proposal> <first 8 of its hash>]',
    does: 'approves exactly that plan; without the hash it shows the card and counts nothing',
  },
  reject: { form: 'reject [id] <reason>', does: 'rejects the pending proposal' },
  withdraw: { form: 'withdraw [id]', does: 'takes your approval back until the run starts' },
  question: { form: 'question [id] <text>', does: 'asks about the approval that waits; it decides nothing' },
  answer: { form: 'answer [id] [Q1] <text>', does: 'answers a question about it; it decides nothing' },
  cancel: { form: 'cancel [id] [<reason>]', does: 'withdraws the proposal itself' },
  stop: { form: 'stop [id] [<reason>]', does: 'stops the run before its next step' },
  settle: {
    form: 'settle [id] <step> retry|done|abort <reason>',
    does: 'says what became of a step that nobody knows about',
  },
  undo: { form: 'undo [id] [<reason>]', does: 'undoes what a failed or stopped run has done' },
  byhand: {
    form: 'byhand [id] <what was done>',
    does: 'closes the proposal and records what a person did instead; with a follow-up first (FUP-1), hands that over',
  },
  freeze: {
    form: 'freeze <service|all> <for> <reason>',
    does: 'lets nothing run for that long; all is the kill switch',
  },
  unfreeze: { form: 'unfreeze <service|all>', does: 'lifts the freeze' },
  breakglass: {
    form: 'breakglass <playbook> <reason>',
    does: 'shows a plan to run at once without its approvals, and how to confirm it; breakglass [id] review justified|unjustified <text> reviews one',
  },
  help: { form: 'help [verb]', does: 'shows this' },
}

export function usageOf(verb: Verb): string {
  return `Usage: ${USAGES[verb].form} (${USAGES[verb].does}).`
}

/** One line a verb, in the order of the contract. */
export function helpText(): string {
  const width = Math.max(...VERBS.map((verb) => USAGES[verb].form.length))
  return VERBS.map((verb) => `${USAGES[verb].form.padEnd(width)}  ${USAGES[verb].does}`).join('\n')
}
