import { UsageError } from './usage-error.ts'

/** What a command does not know what to do with is said, not passed over. */
export function refusePositionals(positionals: readonly string[]): void {
  if (positionals.length > 0) throw new UsageError(`"${positionals.join(' ')}" is too much.`)
}
