export interface AlertExpression {
  /** What is measured, without the comparison, so that it also has values while nothing fires. */
  readonly query: string
  /** `> 0.05`; null when the rule compares nothing that we can read. */
  readonly limit: string | null
}

const LONGEST = 2_000
const COMPARISON =
  /^(?<left>[\s\S]*[^\s=!<>])\s*(?<operator>==|!=|>=|<=|>|<)\s*(?:bool\s+)?(?<number>[-+]?[\d.]+(?:e[-+]?\d+)?)\s*$/i

/** The rule's expression, which Prometheus puts into `generatorURL` as `g0.expr`. Null for other generators. */
export function generatorExpression(generatorUrl: string | null): AlertExpression | null {
  if (generatorUrl === null || !URL.canParse(generatorUrl)) return null
  const expression = new URL(generatorUrl).searchParams.get('g0.expr')?.trim() ?? ''
  if (expression === '' || expression.length > LONGEST) return null
  return splitComparison(expression) ?? { query: expression, limit: null }
}

/** A comparison inside brackets or behind `and` belongs to a larger expression and stays in it. */
function splitComparison(expression: string): AlertExpression | undefined {
  const { left = '', operator = '', number = '' } = COMPARISON.exec(expression)?.groups ?? {}
  const query = left.trim()
  if (query === '' || !isBalanced(query) || /\b(and|or|unless)\b/i.test(query)) return undefined
  return { query, limit: `${operator} ${number}` }
}

function isBalanced(text: string): boolean {
  let depth = 0
  let quote = ''
  for (const character of text) {
    if (quote !== '') {
      if (character === quote) quote = ''
      continue
    }
    if (character === '"' || character === "'" || character === '`') quote = character
    else if ('([{'.includes(character)) depth += 1
    else if (')]}'.includes(character)) depth -= 1
    if (depth < 0) return false
  }
  return depth === 0 && quote === ''
}
