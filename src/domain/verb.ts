/** The verbs of the chat grammar (CONTRACT 5); each is also the name of an action that the policy is asked about. */
export const VERBS = [
  'declare',
  'list',
  'status',
  'timeline',
  'summary',
  'changes',
  'evidence',
  'ask',
  'handover',
  'update',
  'postmortem',
  'ack',
  'assign',
  'severity',
  'note',
  'mitigated',
  'resolve',
  'reopen',
  'feedback',
  'playbooks',
  'plan',
  'run',
  'approve',
  'reject',
  'withdraw',
  'question',
  'answer',
  'cancel',
  'stop',
  'settle',
  'undo',
  'byhand',
  'freeze',
  'unfreeze',
  'breakglass',
  'help',
] as const
export type Verb = (typeof VERBS)[number]

/** Everything the one authorization point decides about: the verbs, what machines do, and what is only read. */
export type AuthorizedAction =
  | Verb
  | 'ingest'
  | 'propose'
  | 'execute'
  | 'read'
  | 'audit.read'
  | 'audit.export'
  | 'configuration.decide'
  | 'breakglass.review'
