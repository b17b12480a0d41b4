import type { ActionModule } from '../../../src/connectors/action-module.ts'
import type { ActionName } from '../../../src/domain/action.ts'

export function moduleOf(modules: readonly ActionModule[], name: ActionName): ActionModule {
  const found = modules.find((module) => module.name === name)
  if (found === undefined) throw new Error(`${name} is not offered.`)
  return found
}
