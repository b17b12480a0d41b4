import type { ActionInput, ActionResult, TargetState } from '../../../src/domain/action.ts'
import type { ActionRunner, EffectContext } from '../../../src/ports/action-runner.ts'

const MOST_LOOKS = 50

/** Performs and then polls as long as the action says that it is not finished. */
export async function runToEnd(
  runner: ActionRunner,
  input: ActionInput,
  before: TargetState | null,
  context: EffectContext,
  passTime: (ms: number) => void = () => undefined,
): Promise<ActionResult> {
  return pollToEnd(runner, input, await runner.perform(input, before, context), context, passTime)
}

export async function pollToEnd(
  runner: ActionRunner,
  input: ActionInput,
  first: ActionResult,
  context: EffectContext,
  passTime: (ms: number) => void = () => undefined,
): Promise<ActionResult> {
  let result = first
  for (let looks = 0; result.outcome === 'pending' && looks < MOST_LOOKS; looks += 1) {
    passTime(result.pollAfterMs)
    result = await runner.poll(input, result.handle, context)
  }
  return result
}
