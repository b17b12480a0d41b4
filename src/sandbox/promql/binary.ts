import { COMPARISONS } from './expression.ts'
import { PromqlError } from './promql-error.ts'
import { keepLabels, keyOf, withoutName } from './values.ts'
import type { BinaryOperator, Expression } from './expression.ts'
import type { Sample, Value } from './values.ts'

type Binary = Extract<Expression, { kind: 'binary' }>

const COMPUTE: Readonly<Record<Exclude<BinaryOperator, 'and' | 'or' | 'unless'>, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '^': (a, b) => a ** b,
  '==': (a, b) => Number(a === b),
  '!=': (a, b) => Number(a !== b),
  '>': (a, b) => Number(a > b),
  '<': (a, b) => Number(a < b),
  '>=': (a, b) => Number(a >= b),
  '<=': (a, b) => Number(a <= b),
}

/** A comparison filters, unless it is `bool`; arithmetic drops the name; two vectors meet one to one. */
export function evaluateBinary(expression: Binary, left: Value, right: Value): Value {
  const { operator } = expression
  if (operator === 'and' || operator === 'or' || operator === 'unless') return combineSets(expression, left, right)
  if (left.kind === 'scalar' && right.kind === 'scalar') {
    if (isComparison(operator) && !expression.isBool) {
      throw new PromqlError('bad_data', 'parse error: comparisons between scalars must use BOOL modifier')
    }
    return { kind: 'scalar', value: COMPUTE[operator](left.value, right.value) }
  }
  if (left.kind === 'vector' && right.kind === 'vector') return joinVectors(expression, left.samples, right.samples)
  if (left.kind === 'vector') {
    const other = scalarOf(right)
    return { kind: 'vector', samples: left.samples.flatMap((one) => apply(expression, one, one.value, other)) }
  }
  const other = scalarOf(left)
  const samples = right.kind === 'vector' ? right.samples : []
  return { kind: 'vector', samples: samples.flatMap((one) => apply(expression, one, other, one.value)) }
}

function apply(expression: Binary, of: Sample, a: number, b: number): readonly Sample[] {
  const { operator } = expression
  if (operator === 'and' || operator === 'or' || operator === 'unless') return []
  const value = COMPUTE[operator](a, b)
  if (!isComparison(operator) || expression.isBool) return [{ labels: withoutName(of.labels), value }]
  return value === 1 ? [of] : []
}

function joinVectors(expression: Binary, left: readonly Sample[], right: readonly Sample[]): Value {
  const partners = new Map<string, Sample>()
  for (const sample of right) {
    const key = meetingKey(expression, sample)
    if (partners.has(key)) throw manyToMany('right')
    partners.set(key, sample)
  }
  const seen = new Set<string>()
  const samples = left.flatMap((sample) => {
    const key = meetingKey(expression, sample)
    const partner = partners.get(key)
    if (partner === undefined) return []
    if (seen.has(key)) throw manyToMany('left')
    seen.add(key)
    return apply(expression, joined(expression, sample), sample.value, partner.value)
  })
  return { kind: 'vector', samples }
}

/** With `on` and `ignoring`, what is computed carries only the labels that the two have met by. */
function joined(expression: Binary, sample: Sample): Sample {
  if (expression.on === undefined || (isComparison(expression.operator) && !expression.isBool)) return sample
  return { ...sample, labels: keepLabels(sample.labels, expression.on.labels, expression.on.isIgnoring) }
}

function combineSets(expression: Binary, left: Value, right: Value): Value {
  if (left.kind === 'scalar' || right.kind === 'scalar') {
    throw new PromqlError(
      'bad_data',
      `parse error: set operator "${expression.operator}" not allowed in binary scalar expression`,
    )
  }
  const inLeft = new Set(left.samples.map((one) => meetingKey(expression, one)))
  const inRight = new Set(right.samples.map((one) => meetingKey(expression, one)))
  if (expression.operator === 'or') {
    const others = right.samples.filter((one) => !inLeft.has(meetingKey(expression, one)))
    return { kind: 'vector', samples: [...left.samples, ...others] }
  }
  const wanted = expression.operator === 'and'
  return { kind: 'vector', samples: left.samples.filter((one) => inRight.has(meetingKey(expression, one)) === wanted) }
}

function meetingKey({ on }: Binary, sample: Sample): string {
  return keyOf(on === undefined ? withoutName(sample.labels) : keepLabels(sample.labels, on.labels, on.isIgnoring))
}

function isComparison(operator: BinaryOperator): boolean {
  return (COMPARISONS as readonly string[]).includes(operator)
}

function scalarOf(value: Value): number {
  return value.kind === 'scalar' ? value.value : NaN
}

function manyToMany(side: 'left' | 'right'): PromqlError {
  return new PromqlError(
    'execution',
    `found duplicate series for the match group on the ${side} hand-side of the operation: many-to-many matching not allowed: matching labels must be unique on one side`,
  )
}
