import { describe, expect, it } from '@jest/globals'
import { createActionRunner } from '../../../src/connectors/action-runner.ts'
import { RefusedError } from '../../../src/kernel/errors.ts'
import {
  VendorBusyError,
  VendorRejectedError,
  VendorUnknownError,
  VendorUnreachableError,
} from '../../../src/kernel/vendor-errors.ts'
import { effectContext, lostAttempt } from './effect-context.ts'
import type { ActionModule } from '../../../src/connectors/action-module.ts'
import type { ActionInput } from '../../../src/domain/action.ts'

const input: ActionInput = { uses: 'chat/post', with: {} }

/** An action that fails the same way whatever it is asked. */
function failing(cause: unknown, callTimeoutMs = 1_000): ActionModule {
  const fail = async (): Promise<never> => {
    throw cause
  }
  return {
    name: 'chat/post',
    describe: () => ({
      target: { system: 'chat', resource: 'incident', lockKey: null },
      crashClass: 'queryable',
      isVerification: false,
      effects: ['main'],
      callTimeoutMs,
    }),
    readState: fail,
    perform: fail,
    poll: fail,
    reconcile: fail,
  }
}

describe('the action runner', () => {
  it('names the actions that this installation can run', () => {
    expect(createActionRunner([failing(null)]).available).toEqual(['chat/post'])
  })

  it('refuses an action whose connector is not configured, and says where to look', () => {
    const runner = createActionRunner([])

    expect(() => runner.describe(input)).toThrow(RefusedError)
    expect(() => runner.describe(input)).toThrow(/countersign doctor/)
  })

  it('does not take two modules for one action', () => {
    expect(() => createActionRunner([failing(null), failing(null)])).toThrow(/same action/)
  })

  it.each<[string, Error, string, number | null]>([
    ['was not reached', new VendorUnreachableError('Argo CD', 'ECONNREFUSED'), 'not_executed', 2_000],
    ['is busy', new VendorBusyError('PagerDuty', 9_000), 'not_executed', 9_000],
    ['refused', new VendorRejectedError('Argo CD', 403, '7', 'permission denied'), 'not_executed', null],
    ['is unfit', new RefusedError('unfit', 'It cannot be.'), 'not_executed', null],
  ])('says that nothing was done when the target %s', async (_what, cause, outcome, retryAfterMs) => {
    const result = await createActionRunner([failing(cause)]).perform(input, null, effectContext())

    expect(result).toEqual({ outcome, retryAfterMs, detail: cause.message })
  })

  it.each([
    ['the answer was lost', new VendorUnknownError('Argo CD', 'ECONNRESET')],
    ['something broke that nobody foresaw', new TypeError('x is not a function')],
  ])('says that nobody knows when %s', async (_what, cause) => {
    const result = await createActionRunner([failing(cause)]).perform(input, null, effectContext())

    expect(result.outcome).toBe('unknown')
  })

  it('goes on asking when a look fails, with the same handle', async () => {
    const cause = new VendorUnreachableError('Argo CD', 'ECONNREFUSED')

    const result = await createActionRunner([failing(cause)]).poll(input, { id: 4 }, effectContext())

    expect(result).toMatchObject({ outcome: 'pending', handle: { id: 4 } })
  })

  it('proves nothing by a look that fails', async () => {
    const cause = new VendorRejectedError('Argo CD', 404, '5', 'not found')
    const attempt = lostAttempt('chat/post', 'queryable', null)

    const answer = await createActionRunner([failing(cause)]).reconcile(input, attempt, effectContext())

    expect(answer).toEqual({ found: 'unknown', detail: cause.message })
  })

  it('gives each call no longer than the action says', async () => {
    const slow: ActionModule = {
      ...failing(null, 20),
      perform: (_args, _before, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new VendorUnknownError('Argo CD', 'no answer')))
        }),
    }

    const result = await createActionRunner([slow]).perform(input, null, effectContext())

    expect(result.outcome).toBe('unknown')
  })
})
