import { humanOf, isAccountOf } from './history-world.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'

/** The guard taken out: an account in Teams is somebody else than the same person's account in Slack. */
export function withPeopleBySurface(deps: Deps): Deps {
  const { directory } = deps
  const split = directory.list().flatMap((person) => [
    { ...person, teams: null },
    { ...person, id: `${person.id} in teams`, slack: null },
  ])
  return {
    ...deps,
    directory: {
      findById: (id) => split.find((person) => person.id === id) ?? directory.findById(humanOf(id)),
      findByAccount: (account) => split.find((person) => isAccountOf(person, account)),
      list: () => split,
    },
  }
}
