import { ACTION_NAMES } from '../domain/action.ts'
import type { ActionName } from '../domain/action.ts'
import { mayHoldOutputs, placeOfArgument } from './argument-places.ts'
import { hasExpression, isPath, parseTemplate } from './expressions.ts'
import type { TemplatePart } from './expressions.ts'
import { findPathMistake } from './known-paths.ts'
import type { PathScope } from './known-paths.ts'
import { findPatternMistake, parseMatcher } from './parse-matcher.ts'
import { placesInPromql } from './promql-places.ts'
import { placesInUrl } from './url-places.ts'
import { child, entriesOf, namesIn, textsIn } from './raw-playbook.ts'
import type { Path, RawPlaybook, RawStep } from './raw-playbook.ts'

export interface Mistake {
  readonly path: Path
  readonly found: string
  readonly expected: string
}

/** What is no verification, has no effect and so nothing to undo. */
const WITHOUT_EFFECT: readonly string[] = ['prometheus/assert', 'http/check', 'wait', 'approval']
const WHY_NO_STEPS = 'no output of a step here: an approval names exactly what is acted on'

/** Mistakes that a schema cannot see: references, places of expressions, matchers, doubled ids. */
export function lintPlaybook(raw: RawPlaybook): readonly Mistake[] {
  return [
    ...raw.alerts.flatMap(lintMatcher),
    ...raw.inputs.flatMap(lintInput),
    ...lintStepIds(raw.steps),
    ...raw.steps.flatMap((step, index) => lintStep(raw, step, index)),
  ]
}

function lintMatcher(alert: RawPlaybook['alerts'][number]): readonly Mistake[] {
  const parsed = parseMatcher(alert.text)
  return parsed.ok ? [] : [{ path: alert.path, found: JSON.stringify(alert.text), expected: parsed.expected }]
}

function lintInput(input: RawPlaybook['inputs'][number]): readonly Mistake[] {
  const from = child(input.value, 'from')
  if (typeof from === 'string') {
    const scope: PathScope = { inputs: [], before: [], steps: [], whyNoSteps: WHY_NO_STEPS }
    const isFact = /^(?:incident|alert|service|change)\./.test(from)
    const expected =
      isPath(from) && isFact ? findPathMistake(from, scope) : 'a path below incident, alert, service or change'
    return expected === undefined ? [] : [{ path: [...input.path, 'from'], found: JSON.stringify(from), expected }]
  }
  const pattern = child(child(input.value, 'ask'), 'pattern')
  if (typeof pattern !== 'string') return []
  const mistake = findPatternMistake(pattern)
  return mistake === undefined
    ? []
    : [{ path: [...input.path, 'ask', 'pattern'], found: JSON.stringify(pattern), expected: mistake }]
}

function lintStepIds(steps: readonly RawStep[]): readonly Mistake[] {
  return steps.flatMap((step, index) => {
    const first = steps.findIndex((other) => other.id === step.id)
    return step.id === '' || first === index
      ? []
      : [
          {
            path: [...step.path, 'id'],
            found: `${JSON.stringify(step.id)}, which step ${String(first + 1)} has as well`,
            expected: 'each id once',
          },
        ]
  })
}

function lintStep(raw: RawPlaybook, step: RawStep, index: number): readonly Mistake[] {
  const inputs = raw.inputs.map((input) => input.name)
  const all = raw.steps.map((other) => other.id).filter((id) => id !== '')
  const earlier = raw.steps.slice(0, index).map((other) => other.id)
  const forward: PathScope = {
    inputs,
    before: earlier,
    steps: earlier,
    whyNoSteps: 'an earlier step, and there is none',
  }
  const mistakes = [
    ...lintArguments(step.uses, step.with, [...step.path, 'with'], forward),
    ...lintRollback(raw, step),
    ...lintApproval(step),
  ]
  if (step.undo === null) return mistakes
  const backward: PathScope = { inputs, before: all, steps: [...earlier, step.id], whyNoSteps: '' }
  const undoMistakes = lintArguments(step.undo.uses, step.undo.with, [...step.undo.path, 'with'], backward)
  return [...mistakes, ...undoMistakes, ...lintUndo(step)]
}

function lintUndo(step: RawStep): readonly Mistake[] {
  if (step.undo === null || !WITHOUT_EFFECT.includes(step.uses)) return []
  return [
    { path: step.undo.path, found: `an undo of ${step.uses}`, expected: 'no undo for a step that changes nothing' },
  ]
}

/** How long people are asked is the installation's matter, and what is undone was approved with the plan. */
function lintApproval(step: RawStep): readonly Mistake[] {
  const timeout = step.uses === 'approval' && step.timeout !== undefined
  return [
    ...(timeout
      ? [
          {
            path: [...step.path, 'timeout'],
            found: 'a timeout of an approval',
            expected: 'none: it waits as long as approvals.ttl says',
          },
        ]
      : []),
    ...(step.undo?.uses === 'approval'
      ? [{ path: step.undo.path, found: 'an approval as undo', expected: 'an action that takes something back' }]
      : []),
  ]
}

function lintRollback(raw: RawPlaybook, step: RawStep): readonly Mistake[] {
  if (step.uses !== 'argocd/rollback' || child(step.with, 'id') !== undefined || raw.change !== undefined) return []
  return [
    {
      path: [...step.path, 'with'],
      found: 'no id',
      expected: 'an id, or match.change so that it can be the entry before the suspected change',
    },
  ]
}

function lintArguments(uses: string, value: unknown, path: Path, scope: PathScope): readonly Mistake[] {
  const action = ACTION_NAMES.find((name) => name === uses)
  const names = namesIn(value, path)
    .filter(({ text }) => hasExpression(text))
    .map(({ text, path: at }) => ({ path: at, found: JSON.stringify(text), expected: 'no expression in a name' }))
  const texts = entriesOf(value).flatMap(([argument, written]) =>
    textsIn(written, [...path, argument]).flatMap(({ text, path: at }) => lintText(text, at, action, argument, scope)),
  )
  return [...names, ...texts]
}

function lintText(
  text: string,
  path: Path,
  action: ActionName | undefined,
  argument: string,
  scope: PathScope,
): readonly Mistake[] {
  if (!hasExpression(text)) return []
  const parsed = parseTemplate(text)
  if (!parsed.ok) {
    return [{ path, found: parsed.found, expected: 'only look-ups such as ${{ inputs.app }}: no operators, no calls' }]
  }
  const mayReadSteps = action === undefined || mayHoldOutputs(action, argument)
  const here = mayReadSteps ? scope : { ...scope, steps: [], whyNoSteps: WHY_NO_STEPS }
  const paths = parsed.parts.flatMap((part) => (part.kind === 'path' ? [part.path] : []))
  const references = paths.flatMap((name) => {
    const expected = findPathMistake(name, here)
    return expected === undefined ? [] : [{ path, found: JSON.stringify(name), expected }]
  })
  const places = action === undefined ? [] : lintPlaces(parsed.parts, path, action, argument)
  return [...references, ...places]
}

function lintPlaces(
  parts: readonly TemplatePart[],
  path: Path,
  action: ActionName,
  argument: string,
): readonly Mistake[] {
  const paths = parts.flatMap((part) => (part.kind === 'path' ? [part.path] : []))
  const place = placeOfArgument(action, argument)
  if (place === 'promql') {
    return placesInPromql(parts).flatMap((where, index) => {
      const name = paths[index] ?? ''
      // Only an input or an output can be a number, and only a number may stand outside of quotes.
      const mayBeNumber = /^(?:inputs|steps|before)\./.test(name) || name === 'service.criticality'
      const isFine = where.kind === 'value' || where.kind === 'pattern' || (where.kind === 'outside' && mayBeNumber)
      const expected = "an expression in a query only as a label matcher's value, in quotes"
      return isFine ? [] : [{ path, found: JSON.stringify(name), expected }]
    })
  }
  if (place !== 'url') return []
  return placesInUrl(parts).flatMap((where, index) =>
    where === 'path' || where === 'query'
      ? []
      : [
          {
            path,
            found: JSON.stringify(paths[index] ?? ''),
            expected: 'an expression only in the path or the query of a URL',
          },
        ],
  )
}
