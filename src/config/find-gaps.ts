import { join } from 'node:path'
import type { ConfigurationFile } from './configuration-file.ts'
import type { FolderReading } from './read-files.ts'
import type { LoadedPeople } from './load-people.ts'
import type { Problem } from '../kernel/errors.ts'

export interface Holdings {
  readonly peopleFile: string
  readonly people: LoadedPeople
  readonly policyFolder: string
  readonly policies: FolderReading
}

/**
 * Holes that would leave nobody, or anybody, to approve: refused in assist and act (TRUST T23). Where a file has
 * mistakes of its own those are what is said.
 */
export function findGaps(settings: ConfigurationFile, holdings: Holdings): readonly Problem[] {
  const { people, policies, peopleFile, policyFolder } = holdings
  const gaps: Problem[] = []
  if (policies.files.length === 0 && policies.problems.length === 0) {
    const expected = `at least one Cedar policy in mode ${settings.mode}`
    gaps.push({ file: join(policyFolder, '*.cedar'), at: '', found: 'no policy', expected })
  }
  if (people.problems.length > 0) return gaps
  if (people.people.length === 0) {
    gaps.push({ file: peopleFile, at: '', found: 'no people', expected: 'the people who may use it' })
  } else if (!people.people.some((person) => person.roles.includes('approver'))) {
    gaps.push({ file: peopleFile, at: '', found: 'nobody with the role approver', expected: 'at least one approver' })
  }
  return gaps
}
