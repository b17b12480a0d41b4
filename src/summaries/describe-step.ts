import { argumentText, shortRevision } from './wording.ts'
import { describeDuration, parseDuration } from '../kernel/duration.ts'
import type { ActionName, TargetState } from '../domain/action.ts'
import type { Json, JsonObject } from '../kernel/json.ts'

export interface DescribedStep {
  readonly uses: ActionName
  readonly with: JsonObject
  readonly before: TargetState | null
}

/** What is known besides the plan: which revision an entry of the deploy history stands for. */
export interface StepKnowledge {
  readonly revisionOf: (historyId: string) => string | null
}

const NOTHING_KNOWN: StepKnowledge = { revisionOf: () => null }

type Wording = (args: Arguments, before: TargetState | null, known: StepKnowledge) => string

/** Arguments as text. */
type Arguments = (name: string) => string

/** One line that says what a step does, from what to what, in words that need no knowledge of the playbook format. */
export function describeStep(step: DescribedStep, known: StepKnowledge = NOTHING_KNOWN): string {
  return WORDINGS[step.uses]((name) => argumentText(step.with[name]), step.before, known)
}

const WORDINGS: Readonly<Record<ActionName, Wording>> = {
  'argocd/rollback': describeRollback,
  'argocd/sync': (args) =>
    `Sync ${args('app')} to ${args('revision') === '' ? 'what it tracks in Git' : shortRevision(args('revision'))}${args('resources') === '' ? '' : ', only some resources'}${args('prune') === 'true' ? '; what is no longer in Git is deleted' : ''}`,
  'argocd/terminate': (args) => `Terminate the running operation of ${args('app')}`,
  'argocd/restart': (args) => `Restart ${args('kind')} ${args('name')} in ${args('namespace')}`,
  'argocd/auto-sync': (args) => `Switch auto-sync of ${args('app')} ${args('enabled') === 'true' ? 'on' : 'off'}`,
  'rollouts/abort': (args) => `Abort the rollout ${args('name')} in ${args('namespace')}`,
  'rollouts/promote': (args) =>
    `Promote the rollout ${args('name')} in ${args('namespace')}${args('full') === 'true' ? ' to the end' : ' by one step'}`,
  'lambda/invoke': describeInvoke,
  'lambda/alias': (args) => `Point alias ${args('alias')} of ${args('function')} to version ${args('version')}`,
  'pagerduty/acknowledge': (args) => `Acknowledge ${pagerDutyIncident(args)}`,
  'pagerduty/resolve': (args) => `Resolve ${pagerDutyIncident(args)}`,
  'pagerduty/note': (args) => `Add a note to ${pagerDutyIncident(args)}: "${args('text')}"`,
  'pagerduty/escalate': (args) =>
    `Escalate ${pagerDutyIncident(args)}${args('level') === '' ? '' : ` to level ${args('level')}`}`,
  'pagerduty/responders': (args) => `Call more responders to ${pagerDutyIncident(args)}: "${args('message')}"`,
  'pagerduty/workflow': (args) => `Start the workflow ${args('workflow')} on ${pagerDutyIncident(args)}`,
  'prometheus/assert': describeAssert,
  'http/check': (args) =>
    `Check that ${args('url')} answers ${args('status') === '' ? '200' : args('status')}${args('within') === '' ? '' : ` within ${spokenDuration(args('within'))}`}`,
  'chat/post': (args) => `Post "${args('text')}" to the channel`,
  wait: (args) => `Wait ${spokenDuration(args('for'))}`,
  approval: (args) => `Ask for one more approval: ${args('title')}`,
}

function describeRollback(args: Arguments, before: TargetState | null, known: StepKnowledge): string {
  const target = deployed(args('id'), revisionAsked(before) ?? known.revisionOf(args('id')))
  const current = deployed(argumentText(before?.['historyId']), textOf(before?.['revision']))
  const from = current === '' ? '' : ` from ${current}`
  const prune = args('prune') === 'true' ? '; what the old version does not have is deleted' : ''
  const suspends = args('autoSync') === 'suspend' && before?.['autoSync'] !== false
  const autoSync = suspends ? '; auto-sync is switched off and stays off' : ''
  return `Roll ${args('app')} back${from} to ${target}${prune}${autoSync}`
}

/** `7f3c21a (history 42)`. */
function deployed(historyId: string, revision: string | null): string {
  if (historyId === '') return revision === null ? '' : shortRevision(revision)
  return revision === null ? `history ${historyId}` : `${shortRevision(revision)} (history ${historyId})`
}

/** A rollback notes in its mark which revision it asks for. */
function revisionAsked(before: TargetState | null): string | null {
  const mark = before?.['mark']
  return typeof mark === 'object' && mark !== null && !Array.isArray(mark)
    ? textOf((mark as JsonObject)['revision'])
    : null
}

function describeInvoke(args: Arguments): string {
  const name = args('qualifier') === '' ? args('function') : `${args('function')}:${args('qualifier')}`
  const how = args('mode') === 'event' ? ' and not wait for its end' : ''
  const params = args('params') === '' || args('params') === '{}' ? '' : ` with ${args('params')}`
  return `Run the function ${name}${params}${how}`
}

function describeAssert(args: Arguments): string {
  const aims = [
    ['below', args('below')],
    ['above', args('above')],
    ['at', args('equals')],
  ].filter(([, value]) => value !== '')
  const aim = aims.map((parts) => parts.join(' ')).join(' and ')
  const within = args('within') === '' ? '' : `, within ${spokenDuration(args('within'))}`
  return `Check that ${args('query')} stays ${aim} for ${spokenDuration(args('for'))}${within}`
}

function pagerDutyIncident(args: Arguments): string {
  return args('incident') === '' ? 'the linked PagerDuty incident' : `PagerDuty incident ${args('incident')}`
}

function spokenDuration(text: string): string {
  const ms = parseDuration(text)
  return ms === undefined ? text : describeDuration(ms)
}

function textOf(value: Json | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}
