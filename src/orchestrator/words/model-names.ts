import type { Deps } from '../dependencies.ts'

/** Names that a model's sentence may claim something about only where its evidence does, and those it may not bring up. */
export function modelNames(deps: Pick<Deps, 'catalog' | 'directory' | 'playbooks'>): {
  readonly knownNames: readonly string[]
  readonly forbiddenNames: readonly string[]
} {
  return {
    knownNames: [...deps.catalog.services.keys()],
    forbiddenNames: [
      ...deps.directory.list().flatMap((person) => [person.name, person.id]),
      ...deps.playbooks.flatMap((playbook) => [playbook.name, playbook.title]),
    ],
  }
}
