import { PromqlError } from './promql-error.ts'
import { durationSeconds, tokenize, unquote } from './tokens.ts'
import { isAggregation, isFunction } from './functions.ts'
import type { BinaryOperator, Expression, LabelMatcher } from './expression.ts'
import type { Token } from './tokens.ts'

/** Binds tighter, the higher; `^` alone binds to the right. */
const PRECEDENCE: Readonly<Record<BinaryOperator, number>> = {
  ...{ or: 1, and: 2, unless: 2, '==': 3, '!=': 3, '>': 3, '<': 3, '>=': 3, '<=': 3 },
  ...{ '+': 4, '-': 4, '*': 5, '/': 5, '%': 5, '^': 7 },
}
const UNARY_PRECEDENCE = 6
const MATCHER_SIGNS = ['=', '!=', '=~', '!~']
const DEEPEST = 100

/** The part of PromQL that the product, its playbooks and the sandbox's rules use; the rest is refused by name. */
export function parsePromql(text: string): Expression {
  const parser = new Parser(tokenize(text))
  const expression = parser.binary(0)
  parser.expectEnd()
  return expression
}

class Parser {
  readonly #tokens: readonly Token[]
  #next = 0
  #depth = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  expectEnd(): void {
    const token = this.#peek()
    if (token !== undefined) throw unexpected(token)
  }

  binary(lowest: number): Expression {
    this.#depth += 1
    if (this.#depth > DEEPEST) throw new PromqlError('bad_data', 'parse error: the expression is nested too deeply')
    let left = this.#unary()
    for (;;) {
      const operator = this.#operatorAhead()
      if (operator === undefined || PRECEDENCE[operator] < lowest) break
      this.#next += 1
      const isBool = this.#take('bool')
      const on = this.#matching()
      const right = this.binary(operator === '^' ? PRECEDENCE[operator] : PRECEDENCE[operator] + 1)
      left = { kind: 'binary', operator, left, right, isBool, on }
    }
    this.#depth -= 1
    return left
  }

  #unary(): Expression {
    if (this.#take('-')) return { kind: 'negation', of: this.binary(UNARY_PRECEDENCE) }
    if (this.#take('+')) return this.binary(UNARY_PRECEDENCE)
    return this.#primary()
  }

  #primary(): Expression {
    const token = this.#advance()
    if (token.kind === 'number') return { kind: 'number', value: Number(token.text) }
    if (token.text === '(') {
      const inner = this.binary(0)
      this.#expect(')')
      return inner
    }
    if (token.text === '{') {
      this.#next -= 1
      return this.#selector(undefined)
    }
    if (token.kind !== 'name') throw unexpected(token)
    return this.#named(token)
  }

  #named(token: Token): Expression {
    const lower = token.text.toLowerCase()
    if (lower === 'inf' || lower === 'nan') return { kind: 'number', value: lower === 'inf' ? Infinity : NaN }
    const following = this.#peek()?.text
    if (isAggregation(lower) && (following === '(' || following === 'by' || following === 'without')) {
      return this.#aggregation(lower)
    }
    if (following !== '(') return this.#selector(token.text)
    if (!isFunction(token.text)) {
      throw new PromqlError('bad_data', `1:${token.at + 1}: parse error: unknown function with name "${token.text}"`)
    }
    return { kind: 'call', name: token.text, args: this.#list(() => this.binary(0)) }
  }

  #aggregation(operator: string): Expression {
    const before = this.#grouping()
    const args = this.#list(() => this.binary(0))
    const grouping = before ?? this.#grouping()
    const [of] = args
    if (of === undefined || args.length > 1) {
      throw new PromqlError('bad_data', `parse error: wrong number of arguments for aggregate expression ${operator}`)
    }
    return {
      kind: 'aggregation',
      operator,
      of,
      labels: grouping?.labels ?? [],
      isWithout: grouping?.isWithout ?? false,
    }
  }

  #grouping(): { labels: readonly string[]; isWithout: boolean } | undefined {
    if (this.#take('by')) return { labels: this.#names(), isWithout: false }
    return this.#take('without') ? { labels: this.#names(), isWithout: true } : undefined
  }

  #matching() {
    for (const word of ['on', 'ignoring']) {
      if (!this.#take(word)) continue
      const labels = this.#names()
      const token = this.#peek()
      if (token?.text === 'group_left' || token?.text === 'group_right') throw unsupported(token)
      return { labels, isIgnoring: word === 'ignoring' }
    }
    return undefined
  }

  #selector(name: string | undefined): Expression {
    const matchers = this.#peek()?.text === '{' ? this.#matchers() : []
    if (name === undefined && matchers.length === 0) {
      throw new PromqlError('bad_data', 'parse error: vector selector must contain at least one non-empty matcher')
    }
    let rangeSeconds: number | undefined
    if (this.#take('[')) {
      const token = this.#advance()
      if (token.kind !== 'duration') throw unexpected(token)
      rangeSeconds = durationSeconds(token.text)
      this.#expect(']')
    }
    const offsetSeconds = this.#take('offset') ? durationSeconds(this.#advance().text) : 0
    const token = this.#peek()
    if (token?.text === '@' || token?.text === '[') throw unsupported(token)
    return { kind: 'selector', name, matchers, rangeSeconds, offsetSeconds }
  }

  #matchers(): readonly LabelMatcher[] {
    return this.#list(
      () => {
        const label = this.#advance()
        const operator = this.#advance()
        const value = this.#advance()
        if (label.kind !== 'name') throw unexpected(label)
        if (!MATCHER_SIGNS.includes(operator.text)) throw unexpected(operator)
        if (value.kind !== 'string') throw unexpected(value)
        return { label: label.text, operator: operator.text as LabelMatcher['operator'], value: unquote(value.text) }
      },
      '{',
      '}',
    )
  }

  #names(): readonly string[] {
    return this.#list(() => {
      const token = this.#advance()
      if (token.kind !== 'name') throw unexpected(token)
      return token.text
    })
  }

  #list<T>(item: () => T, open = '(', close = ')'): readonly T[] {
    this.#expect(open)
    const items: T[] = []
    while (!this.#take(close)) {
      if (items.length > 0) this.#expect(',')
      if (this.#take(close)) break
      items.push(item())
    }
    return items
  }

  #operatorAhead(): BinaryOperator | undefined {
    const token = this.#peek()
    if (token === undefined || (token.kind !== 'sign' && token.kind !== 'name')) return undefined
    const text = token.text.toLowerCase()
    return Object.hasOwn(PRECEDENCE, text) ? (text as BinaryOperator) : undefined
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#next]
  }

  #advance(): Token {
    const token = this.#tokens[this.#next]
    if (token === undefined) throw new PromqlError('bad_data', 'parse error: unexpected end of input')
    this.#next += 1
    return token
  }

  #take(text: string): boolean {
    const token = this.#peek()
    if (token === undefined || token.kind === 'string' || token.text.toLowerCase() !== text) return false
    this.#next += 1
    return true
  }

  #expect(text: string): void {
    const token = this.#advance()
    if (token.kind === 'string' || token.text !== text) throw unexpected(token)
  }
}

function unexpected(token: Token): PromqlError {
  return new PromqlError('bad_data', `1:${token.at + 1}: parse error: unexpected ${JSON.stringify(token.text)}`)
}

function unsupported(token: Token): PromqlError {
  return new PromqlError(
    'bad_data',
    `1:${token.at + 1}: parse error: ${token.text} is not supported by the sandbox's Prometheus`,
  )
}
