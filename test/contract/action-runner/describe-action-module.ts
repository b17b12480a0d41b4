import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createActionRunner } from '../../../src/connectors/action-runner.ts'
import { comparedState } from '../../../src/domain/action.ts'
import { RefusedError } from '../../../src/kernel/errors.ts'
import { waitUntil } from '../../support/wait-until.ts'
import { effectContext, lostAttempt } from './effect-context.ts'
import { pollToEnd, runToEnd } from './run-to-end.ts'
import type { ActionInput } from '../../../src/domain/action.ts'
import type { JsonObject } from '../../../src/kernel/json.ts'
import type { ActionRunner } from '../../../src/ports/action-runner.ts'
import type { ActionModule } from '../../../src/connectors/action-module.ts'
import type { SeenRequest, VendorServer } from '../../fakes/vendor-server.ts'

export interface ActionUnderTest {
  readonly module: ActionModule
  readonly args: JsonObject
  /** The effect that the suite performs; the others are performed before it. */
  readonly server: VendorServer | null
  /** How often the target did what was asked; always 0 for checks. */
  readonly countEffects: () => number
  readonly passTime?: (ms: number) => void
  readonly close: () => Promise<void>
}

export interface ActionExpectations {
  readonly setup: () => Promise<ActionUnderTest>
  /** Requests that have the effect, as opposed to those that only look. */
  readonly isEffect?: (request: SeenRequest) => boolean
  /**
   * What can be found out after the answer was lost: that it was done, or nothing, or nothing that would matter,
   * because the same key does nothing twice.
   */
  readonly afterLostAnswer?: 'found' | 'unknown' | 'harmless'
}

/** What every action keeps, whatever it does. */
export function describeActionModule(name: string, expectations: ActionExpectations): void {
  describe(`the action ${name}`, () => {
    let subject: ActionUnderTest
    let runner: ActionRunner
    let input: ActionInput
    const { isEffect = () => true } = expectations

    beforeEach(async () => {
      subject = await expectations.setup()
      runner = createActionRunner([subject.module])
      input = { uses: subject.module.name, with: subject.args }
    })
    afterEach(() => subject.close())

    it('describes itself without asking anybody, the same each time', () => {
      const first = runner.describe(input)

      expect(runner.describe(input)).toEqual(first)
      expect(first.effects.length).toBeGreaterThan(0)
      expect(subject.server?.requests ?? []).toHaveLength(0)
    })

    it('refuses arguments that it does not know', () => {
      const odd = { ...input, with: { ...input.with, surprise: true } }

      expect(() => runner.describe(odd)).toThrow(RefusedError)
      expect(() => runner.describe(odd)).toThrow(/surprise/)
    })

    it('reads equal states as equal, and has no effect by it', async () => {
      const { signal } = new AbortController()

      const first = await runner.readState(input, signal)
      const second = await runner.readState(input, signal)

      expect(comparedState(second)).toEqual(comparedState(first))
      expect(subject.countEffects()).toBe(0)
    })

    it('does it once and says so', async () => {
      const result = await performAll()

      expect(result.outcome).toBe('done')
      expect(subject.countEffects()).toBe(expectations.afterLostAnswer === undefined ? 0 : 1)
    })

    it('gives up when it is told to, and never calls that done', async () => {
      if (subject.server === null) return
      const { server } = subject
      const before = await runner.readState(input, new AbortController().signal)
      const controller = new AbortController()
      const seen = server.requests.length
      server.inject({ kind: 'hang', times: 100 })

      const performing = runner.perform(input, before, effectContext({ signal: controller.signal }))
      await waitUntil('the request to arrive', () => server.requests.length > seen)
      controller.abort(new Error('stopped by the test'))
      const result = await performing

      expect(result.outcome).not.toBe('done')
      expect(subject.countEffects()).toBe(0)
    })

    if (expectations.afterLostAnswer !== undefined) describeEffects(expectations.afterLostAnswer)

    function describeEffects(expected: 'found' | 'unknown' | 'harmless'): void {
      for (const kind of ['effect-then-drop', 'effect-then-502'] as const) {
        it(`does not take a lost answer for an answer (${kind})`, async () => {
          const before = await runner.readState(input, new AbortController().signal)
          subject.server?.inject({ kind, matches: isEffect })

          const result = await runner.perform(input, before, effectContext())

          expect(result.outcome).toBe(subject.server === null ? 'done' : 'unknown')
          expect(subject.countEffects()).toBe(1)
          const attempt = lostAttempt(input.uses, runner.describe(input).crashClass, before)
          const answer = await runner.reconcile(input, attempt, effectContext())
          if (expected === 'found') {
            expect(answer.found).toBe('executed')
            const last = answer.found === 'executed' ? answer.result : result
            expect((await pollToEnd(runner, input, last, effectContext())).outcome).toBe('done')
          } else if (expected === 'unknown') {
            expect(answer.found).toBe('unknown')
          } else {
            await runToEnd(runner, input, before, effectContext())
          }
          expect(subject.countEffects()).toBe(1)
        })
      }

      it('proves that nothing happened when the target was not reached', async () => {
        if (subject.server === null) return
        const before = await runner.readState(input, new AbortController().signal)
        await subject.server.refuse()

        const result = await runner.perform(input, before, effectContext())

        expect(result.outcome).toBe('not_executed')
        expect(result.outcome === 'not_executed' ? result.retryAfterMs : null).not.toBeNull()
        await subject.server.listen()
        expect(subject.countEffects()).toBe(0)
      })

      it('proves that nothing happened when the target is too busy', async () => {
        if (subject.server === null) return
        const before = await runner.readState(input, new AbortController().signal)
        const answer = { status: 429, body: { message: 'Rate Exceeded' }, headers: { 'retry-after': '7' } }
        subject.server.inject({ kind: 'answer', answer, matches: isEffect })

        const result = await runner.perform(input, before, effectContext())

        expect(result).toMatchObject({ outcome: 'not_executed', retryAfterMs: 7_000 })
        expect(subject.countEffects()).toBe(0)
      })

      it('is found not done, or not known, when the request never arrived', async () => {
        if (subject.server === null) return
        const before = await runner.readState(input, new AbortController().signal)
        subject.server.inject({ kind: 'drop', matches: isEffect })

        const result = await runner.perform(input, before, effectContext())
        const attempt = lostAttempt(input.uses, runner.describe(input).crashClass, before)
        const answer = await runner.reconcile(input, attempt, effectContext())

        expect(result.outcome).toBe('unknown')
        expect(answer.found).toBe(expected === 'unknown' ? 'unknown' : 'not_executed')
        expect(subject.countEffects()).toBe(0)
      })
    }

    async function performAll() {
      const before = await runner.readState(input, new AbortController().signal)
      return runToEnd(runner, input, before, effectContext(), subject.passTime)
    }
  })
}
