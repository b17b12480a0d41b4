import { splitPath } from './expressions.ts'
import { suggest } from '../kernel/suggest.ts'

/** Everything `${{ }}` and `from:` may read (CONTRACT 9, Expressions). */
const FACTS: Readonly<Record<string, readonly string[]>> = {
  incident: ['id', 'service', 'environment', 'severity', 'startedAt'],
  service: [
    'name',
    'owner',
    'criticality',
    'argocd.app',
    'argocd.project',
    'lambda',
    'pagerduty.serviceId',
    'repository',
  ],
  change: ['id', 'kind', 'revision', 'at', 'previous.id', 'previous.revision'],
}

/** What may be named from where an expression stands. */
export interface PathScope {
  readonly inputs: readonly string[]
  /** Steps whose state before may be read. */
  readonly before: readonly string[]
  /** Steps whose output may be read; empty where nothing that only the run knows may stand. */
  readonly steps: readonly string[]
  /** Why no output may be read here, for the message. */
  readonly whyNoSteps: string
}

/** What is expected instead, when the path leads nowhere; undefined when it is fine. */
export function findPathMistake(path: string, scope: PathScope): string | undefined {
  const [root = '', name = '', ...rest] = splitPath(path)
  switch (root) {
    case 'alert':
      return findLabelMistake(name, rest)
    case 'inputs':
      return rest.length === 0 && scope.inputs.includes(name)
        ? undefined
        : `an input of this playbook (${listOf(scope.inputs)})`
    case 'before':
      return rest.length > 0 && scope.before.includes(name)
        ? undefined
        : `before.<step>.<field> with a step that is known here (${listOf(scope.before)})`
    case 'steps':
      return findOutputMistake(name, rest, scope)
    default:
      return findFactMistake(path, root)
  }
}

function findLabelMistake(name: string, rest: readonly string[]): string | undefined {
  const isFine = (name === 'labels' || name === 'annotations') && Boolean(rest[0])
  return isFine ? undefined : 'alert.labels.<name> or alert.annotations.<name>'
}

function findOutputMistake(name: string, rest: readonly string[], scope: PathScope): string | undefined {
  if (scope.steps.length === 0) return scope.whyNoSteps
  return rest.length > 0 && scope.steps.includes(name)
    ? undefined
    : `steps.<step>.<field> with an earlier step (${listOf(scope.steps)})`
}

function findFactMistake(path: string, root: string): string | undefined {
  const names = FACTS[root]
  if (names === undefined) return 'incident, alert, service, change, inputs, before or steps as the first name'
  const name = path.slice(root.length + 1)
  if (names.includes(name)) return undefined
  const near = suggest(name, names)
  return near === undefined ? `one of ${names.map((known) => `${root}.${known}`).join(', ')}` : `${root}.${near}`
}

function listOf(names: readonly string[]): string {
  return names.length === 0 ? 'there is none' : names.join(', ')
}
