import { z } from 'zod'
import { ROLES } from '../domain/person.ts'
import { checkYaml } from '../kernel/checked-yaml.ts'
import { fileExists, readText } from './read-files.ts'
import type { Person } from '../domain/person.ts'
import type { Problem } from '../kernel/errors.ts'

const PersonEntry = z.strictObject({
  id: z.string().min(1),
  name: z.string().min(1),
  slack: z.strictObject({ team: z.string().min(1), user: z.string().min(1) }).optional(),
  teams: z.strictObject({ tenant: z.string().min(1), user: z.string().min(1) }).optional(),
  groups: z.array(z.string().min(1)).default([]),
  roles: z.array(z.enum(ROLES)).default([]),
})
const PeopleFile = z.strictObject({ people: z.array(PersonEntry).default([]) })

export interface LoadedPeople {
  readonly people: readonly Person[]
  readonly problems: readonly Problem[]
}

/** The one list of who a chat account is. A missing file is an empty list: the caller decides what that means. */
export async function loadPeople(file: string): Promise<LoadedPeople> {
  if (!(await fileExists(file))) return { people: [], problems: [] }
  const [document] = checkYaml(file, await readText(file), PeopleFile.nullable())
  if (document === undefined) return { people: [], problems: [] }
  const entries = document.value?.people ?? []
  const problems = [...document.problems]
  const seen = new Map<string, number>()
  entries.forEach((entry, index) => {
    for (const key of identities(entry)) {
      const first = seen.get(key)
      if (first !== undefined) {
        problems.push({
          file,
          at: document.place(['people', index]),
          found: `${key}, which entry ${String(first + 1)} has as well`,
          expected: 'each id and each account once',
        })
      } else seen.set(key, index)
    }
  })
  const people = entries.map((entry) => ({ ...entry, slack: entry.slack ?? null, teams: entry.teams ?? null }))
  return { people, problems }
}

/** What must be unique: two people behind one account would count twice. */
function identities(entry: z.infer<typeof PersonEntry>): readonly string[] {
  const keys = [`the id ${entry.id}`]
  if (entry.id === 'countersign') keys.push('the reserved id countersign')
  if (entry.slack !== undefined) keys.push(`the Slack account ${entry.slack.team}/${entry.slack.user}`)
  if (entry.teams !== undefined) keys.push(`the Teams account ${entry.teams.tenant}/${entry.teams.user}`)
  return keys
}
