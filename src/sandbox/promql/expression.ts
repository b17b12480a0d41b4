export interface LabelMatcher {
  readonly label: string
  readonly operator: '=' | '!=' | '=~' | '!~'
  readonly value: string
}

export interface Selector {
  readonly kind: 'selector'
  readonly name: string | undefined
  readonly matchers: readonly LabelMatcher[]
  /** Seconds of a range such as `[5m]`; undefined for the latest value. */
  readonly rangeSeconds: number | undefined
  readonly offsetSeconds: number
}

export const ARITHMETIC = ['+', '-', '*', '/', '%', '^'] as const
export const COMPARISONS = ['==', '!=', '>', '<', '>=', '<='] as const
export type BinaryOperator = (typeof ARITHMETIC)[number] | (typeof COMPARISONS)[number] | 'and' | 'or' | 'unless'

export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | Selector
  | { readonly kind: 'negation'; readonly of: Expression }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | {
      readonly kind: 'aggregation'
      readonly operator: string
      readonly of: Expression
      readonly labels: readonly string[]
      readonly isWithout: boolean
    }
  | {
      readonly kind: 'binary'
      readonly operator: BinaryOperator
      readonly left: Expression
      readonly right: Expression
      readonly isBool: boolean
      /** Labels by which the two sides find each other; undefined: all of them. */
      readonly on: { readonly labels: readonly string[]; readonly isIgnoring: boolean } | undefined
    }
