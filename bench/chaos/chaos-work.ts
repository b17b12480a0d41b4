import type { ActionName } from '../../src/domain/action.ts'
import type { StepSpec } from '../../test/fakes/counting-target/approved-run.ts'
import type { CountingTarget } from '../../test/fakes/counting-target/counting-target.ts'
import type { FaultKind } from '../../test/fakes/vendor-server.ts'
import { pickFrom } from '../../test/support/random.ts'

const KINDS: readonly ActionName[] = ['argocd/sync', 'pagerduty/note', 'argocd/sync', 'lambda/invoke', 'pagerduty/note']

/** How the steps of each action begin, by the class of its target. */
const CLASS_OF: Readonly<Partial<Record<ActionName, string>>> = {
  'pagerduty/note': 'keyed',
  'argocd/sync': 'queryable',
  'lambda/invoke': 'opaque',
}
export const CLASS_NAMES = ['keyed', 'queryable', 'opaque'] as const

/** Two or three effects on one resource, then a check. Half of the runs change the state that is compared. */
export function stepsOf(random: () => number, index: number): readonly StepSpec[] {
  const resource = `service-${String(index)}`
  const isVisible = random() < 0.5
  const uses = pickFrom(random, KINDS)
  const count = random() < 0.5 ? 2 : 3
  const effects = Array.from({ length: count }, (_, step): StepSpec => {
    const isSlow = uses === 'argocd/sync' && random() < 0.25
    return {
      id: `${CLASS_OF[uses] ?? 'effect'}-${String(step + 1)}`,
      uses,
      resource,
      with: { ...(isVisible ? { to: `r${String(step + 1)}` } : {}), ...(isSlow ? { slow: true } : {}) },
    }
  })
  return [...effects, { id: 'healthy', uses: 'prometheus/assert', resource }]
}

/**
 * For the negative control: targets that do an effect as often as they are asked to and could tell how often, and
 * nothing that the comparison before each step could notice. What is not asked here happens twice.
 */
export function invisibleStepsOf(random: () => number, index: number): readonly StepSpec[] {
  return stepsOf(random, index).map((step) =>
    step.uses === 'prometheus/assert' ? step : { ...step, uses: 'argocd/sync', with: {} },
  )
}

const LOSSES: readonly (readonly [FaultKind, number])[] = [
  ['effect-then-drop', 0.06],
  ['effect-then-502', 0.03],
  ['effect-then-hang', 0.03],
  ['drop', 0.02],
]

/** Answers lost after the effect (and some requests before it), and everything takes its time. Returns how many were lost. */
export function misbehave(target: CountingTarget, random: () => number, times: number): () => number {
  let lost = 0
  for (const [kind, share] of LOSSES) {
    const matches = () => {
      const hit = random() < share * times
      if (hit && kind !== 'drop') lost += 1
      return hit
    }
    target.misbehave({ kind, times: Number.POSITIVE_INFINITY, matches })
  }
  for (const delayMs of [15, 40, 80, 150]) {
    target.misbehave({ kind: 'latency', delayMs, times: Number.POSITIVE_INFINITY, matches: () => random() < 0.3 })
  }
  return () => lost
}
