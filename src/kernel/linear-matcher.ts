import { RE2JS } from 're2js'
import { RefusedError } from './errors.ts'

export interface LinearMatcher {
  readonly pattern: string
  /** True when the whole text fits, as in Prometheus; `.` also fits a line break. */
  matches(text: string): boolean
}

/**
 * A user-written pattern, run in time linear to the text: RE2 syntax, no back-references, no look-around. JavaScript's
 * own engine needs 25 s for `/^(\w+\s?)*$/` on 28 letters, and both pattern and text come from outside.
 */
export function compileLinearMatcher(pattern: string): LinearMatcher {
  let compiled: RE2JS
  try {
    compiled = RE2JS.compile(pattern, RE2JS.DOTALL)
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause)
    throw new RefusedError(
      'bad_pattern',
      `The pattern ${JSON.stringify(pattern)} is not an RE2 pattern (${detail}). Write it without look-around and back-references.`,
      { cause },
    )
  }
  return { pattern, matches: (text) => compiled.testExact(text) }
}
