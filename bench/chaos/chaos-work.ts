import type { ActionName } from '../../src/domain/action.ts'
import type { UnitOfWork } from '../../src/ports/stores.ts'
import { approveRun } from '../../test/fakes/counting-target/approved-run.ts'
import type { ApprovedRun, StepSpec } from '../../test/fakes/counting-target/approved-run.ts'
import type { CountingTarget } from '../../test/fakes/counting-target/counting-target.ts'
import type { FaultKind } from '../../test/fakes/vendor-server.ts'
import { pickFrom } from '../../test/support/random.ts'

const KINDS: readonly ActionName[] = ['argocd/sync', 'pagerduty/note', 'argocd/sync', 'lambda/invoke', 'pagerduty/note']

/** Two or three effects on one resource, then a check. Half of the runs change the state that is compared. */
export function stepsOf(random: () => number, index: number): readonly StepSpec[] {
  const resource = `service-${String(index)}`
  const isVisible = random() < 0.5
  const uses = pickFrom(random, KINDS)
  const count = random() < 0.5 ? 2 : 3
  const effects = Array.from({ length: count }, (_, step): StepSpec => {
    const isSlow = uses === 'argocd/sync' && random() < 0.25
    return {
      id: `effect-${String(step + 1)}`,
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

export async function approveNext(
  unitOfWork: UnitOfWork,
  steps: readonly StepSpec[],
): Promise<{ readonly approved: ApprovedRun; readonly keys: readonly string[] }> {
  const approved = await approveRun(unitOfWork, steps, { ttlMs: 3_600_000 })
  await unitOfWork.run((stores) =>
    stores.jobs.enqueue('run.advance', { runId: approved.run.id }, { singletonKey: approved.run.id }),
  )
  const effects = steps.filter((step) => step.uses !== 'prometheus/assert')
  return { approved, keys: effects.map((step) => `${approved.run.id}:${step.id ?? ''}:main`) }
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
