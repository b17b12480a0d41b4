import type { Deps, Settings } from '../../../src/orchestrator/dependencies.ts'
import type { World } from './world.ts'

const AS_CONFIGURED: Settings['breakGlass'] = {
  playbooks: ['rollback-bad-deploy'],
  forMs: 3_600_000,
  reviewMs: 172_800_000,
}

/** The same installation with break-glass turned on, or as is said. */
export function withBreakGlass(world: World, change: Partial<Settings['breakGlass']> = {}): Deps {
  return world.replica({ settings: { breakGlass: { ...AS_CONFIGURED, ...change } } })
}
