import type { ConfigurationInForce } from '../../src/ports/configuration-in-force.ts'

/** For tests of other things: no version of policies and playbooks is kept in the database, so none can come into force. */
export const keptNowhere: ConfigurationInForce = {
  digest: null,
  policyVersion: '',
  playbooks: [],
  authorize: () => ({ verdict: 'forbid', reasons: [], policyVersion: '' }),
  catchUp: () => Promise.resolve(),
}
