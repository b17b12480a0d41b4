import type { ActionName, ActionResult, TargetState } from '../domain/action.ts'
import type { Attempt } from '../domain/run.ts'
import type { JsonObject } from '../kernel/json.ts'
import type { ActionDescription, EffectContext, ReconcileAnswer } from '../ports/action-runner.ts'

/**
 * One action of one connector; `createActionRunner` puts them behind the ActionRunner port. `args` is the step's
 * `with`, resolved but not yet checked: each method parses it by the action's own zod schema.
 *
 * - `describe` is pure and throws RefusedError when the arguments do not fit.
 * - `readState` gives equal JSON for equal states; what only a reconcile needs goes under `mark`, which is never
 *   compared. It throws RefusedError when the target's state makes the action unfit, and vendor errors.
 * - `perform`, `poll` and `reconcile` may throw vendor errors: the runner turns them into the outcome they prove.
 */
export interface ActionModule {
  readonly name: ActionName
  describe(args: JsonObject): ActionDescription
  readState(args: JsonObject, signal: AbortSignal): Promise<TargetState | null>
  perform(args: JsonObject, before: TargetState | null, context: EffectContext): Promise<ActionResult>
  poll(args: JsonObject, handle: JsonObject, context: EffectContext): Promise<ActionResult>
  reconcile(args: JsonObject, attempt: Attempt, context: EffectContext): Promise<ReconcileAnswer>
}
