import type { Unguard } from './play-cell.ts'

/** The guards taken out: what is unknown is sent again as if that were harmless, and no state is compared before. */
export const withoutAsking: Unguard = (runner) => ({
  ...runner,
  describe: (input) => ({ ...runner.describe(input), crashClass: 'idempotent' }),
  readState: () => Promise.resolve(null),
  reconcile: () => Promise.resolve({ found: 'not_executed', detail: 'nobody asked' }),
})
