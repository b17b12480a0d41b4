import { NotFoundError } from '../../kernel/errors.ts'
import { countedApprovals, mayDecide, PEOPLE_NEEDED } from './who-decides.ts'
import { diffVersions } from './diff-versions.ts'
import type { ConfigurationChange } from '../../domain/configuration.ts'
import type { ConfigurationChangeView } from '../../domain/configuration-view.ts'
import type { Deps } from '../dependencies.ts'

const MOST_NAMES = 8

/** A change as every surface shows it. */
export async function viewChange(deps: Deps, id: string): Promise<ConfigurationChangeView> {
  const change = await deps.stores.configuration.find(id)
  if (change === undefined) throw new NotFoundError('change of the configuration', id)
  const { parent, digest } = change
  const [before, after, decisions] = await Promise.all([
    parent === null ? undefined : deps.stores.configuration.findVersion(parent),
    deps.stores.configuration.findVersion(digest),
    deps.stores.configuration.listDecisions(id),
  ])
  if (after === undefined) throw new NotFoundError('version of the configuration', digest)
  const diff = diffVersions(before, after)
  const counted = countedApprovals(deps, change, decisions)
  const { publicUrl } = deps.settings
  return {
    ...change,
    files: diff.files,
    diff: diff.text,
    decisions,
    missing: change.state === 'pending' ? Math.max(0, PEOPLE_NEEDED - counted.length) : 0,
    canDecide: namesOf(deps, change, new Set(counted.map(({ personId }) => personId))),
    consoleUrl: publicUrl === null ? null : `${publicUrl.replace(/\/$/, '')}/configuration/${id}`,
  }
}

function namesOf(deps: Deps, change: ConfigurationChange, given: ReadonlySet<string>): readonly string[] {
  if (change.state !== 'pending') return []
  return deps.directory
    .list()
    .filter((person) => !given.has(person.id) && mayDecide(deps, person, change.id, 'console'))
    .map(({ name }) => name)
    .slice(0, MOST_NAMES)
}
