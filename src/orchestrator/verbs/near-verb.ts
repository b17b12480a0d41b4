import { VERBS } from '../../domain/verb.ts'
import { suggest } from '../../kernel/suggest.ts'
import type { Verb } from '../../domain/verb.ts'

/** What people say elsewhere for the same thing. They are told our word and nothing is done: a guess never acts. */
const OTHER_WORDS: Readonly<Record<string, Verb>> = {
  accept: 'approve',
  acknowledge: 'ack',
  acknowledged: 'ack',
  allow: 'approve',
  close: 'resolve',
  comment: 'note',
  create: 'declare',
  decline: 'reject',
  deny: 'reject',
  done: 'resolve',
  execute: 'run',
  helped: 'feedback',
  history: 'timeline',
  incidents: 'list',
  log: 'timeline',
  lead: 'assign',
  mine: 'ack',
  mitigate: 'mitigated',
  new: 'declare',
  open: 'declare',
  propose: 'run',
  rate: 'feedback',
  resolved: 'resolve',
  right: 'feedback',
  rollback: 'playbooks',
  runbook: 'playbooks',
  runbooks: 'playbooks',
  sev: 'severity',
  show: 'status',
  take: 'ack',
  thaw: 'unfreeze',
  why: 'changes',
  wrong: 'feedback',
}

/** The verb that was probably meant; undefined when nothing is near. */
export function nearVerb(word: string): Verb | undefined {
  const lower = word.toLowerCase()
  const other = Object.hasOwn(OTHER_WORDS, lower) ? OTHER_WORDS[lower] : undefined
  return other ?? VERBS.find((verb) => verb === suggest(lower, VERBS))
}
