import { ACTION_NAMES } from '../../src/domain/action.ts'
import type { ActionInput, ActionName, ActionResult, TargetState } from '../../src/domain/action.ts'
import type { JsonObject } from '../../src/kernel/json.ts'
import type { ActionDescription, ActionRunner, ReconcileAnswer } from '../../src/ports/action-runner.ts'

const VERIFICATIONS: readonly ActionName[] = ['prometheus/assert', 'http/check', 'wait']

/**
 * Describes actions as the connectors do and reads states from a table that the test writes. It never performs: a test
 * of decisions that reaches an effect is wrong.
 */
export class ScriptedActionRunner implements ActionRunner {
  available: readonly ActionName[] = ACTION_NAMES
  /** By resource: `checkout-app` for an application, the name for a function. */
  readonly states = new Map<string, TargetState>()
  /** Thrown by the next reads of this resource. */
  readonly failures = new Map<string, Error>()
  readonly reads: ActionInput[] = []

  describe(input: ActionInput): ActionDescription {
    const isVerification = VERIFICATIONS.includes(input.uses)
    const system = isVerification ? 'prometheus' : input.uses.startsWith('lambda/') ? 'lambda' : 'argocd'
    const resource = resourceOf(input.with)
    return {
      target: { system, resource, lockKey: isVerification ? null : `${system}:${resource}` },
      crashClass: system === 'lambda' ? 'opaque' : 'queryable',
      isVerification,
      effects: ['main'],
      callTimeoutMs: 1000,
    }
  }

  async readState(input: ActionInput): Promise<TargetState | null> {
    this.reads.push(input)
    const resource = resourceOf(input.with)
    const failure = this.failures.get(resource)
    if (failure !== undefined) throw failure
    return this.states.get(resource) ?? null
  }

  perform(input: ActionInput): Promise<ActionResult> {
    throw new Error(`Nothing is to be performed here, and ${input.uses} was.`)
  }

  poll(): Promise<ActionResult> {
    throw new Error('Nothing is to be polled here.')
  }

  reconcile(): Promise<ReconcileAnswer> {
    throw new Error('Nothing is to be reconciled here.')
  }
}

function resourceOf(args: JsonObject): string {
  const named = args['app'] ?? args['function'] ?? 'none'
  return typeof named === 'string' ? named : 'none'
}
