import { z } from 'zod'
import { ROLES } from '../domain/person.ts'
import { checkOneDocument } from './check-one-document.ts'
import { findSecretShapes } from './find-secrets.ts'
import { lookAlikeKey } from '../kernel/look-alike.ts'
import { readTextFile } from './read-files.ts'
import type { Person } from '../domain/person.ts'
import type { Problem } from '../kernel/errors.ts'

/** How Countersign signs what it does itself: no person may be taken for it. */
const RESERVED_IDS: readonly string[] = ['countersign', 'api', 'cli']

const word = z.string().min(1)
/** As Slack writes its ids. What only looks like one, in letters of another script, could never be anybody. */
const slackTeam = z.string().regex(/^[TE][A-Z0-9]{0,63}$/, 'an id such as T0123456789')
const slackUser = z.string().regex(/^[UW][A-Z0-9]{0,63}$/, 'an id such as U0123456789')
const PersonEntry = z.strictObject({
  id: word.describe('The subject at the identity provider. It is what counts, and what the audit log names.'),
  name: word.describe('Shown in chat; decides nothing.'),
  slack: z
    .strictObject({ team: slackTeam.describe('T…'), user: slackUser.describe('U… or W…') })
    .optional()
    .describe('The immutable ids of the Slack account.'),
  teams: z
    .strictObject({ tenant: word, user: word.describe('The AAD object id.') })
    .optional()
    .describe('The immutable ids of the Teams account.'),
  groups: z.array(word).default([]).describe('Matches spec.owner in the catalog.'),
  roles: z.array(z.enum(ROLES)).default([]),
})
const PeopleFile = z.strictObject({ people: z.array(PersonEntry).nullable().default([]) })

export interface LoadedPeople {
  readonly isThere: boolean
  readonly people: readonly Person[]
  readonly problems: readonly Problem[]
}

/** For editors; checked in at docs/schema/people.schema.json. */
export function peopleJsonSchema(): object {
  return { ...z.toJSONSchema(PeopleFile, { io: 'input' }), title: 'Countersign people' }
}

/** The one list of who a chat account is. A missing file is an empty list: the caller decides what that means. */
export async function loadPeople(file: string): Promise<LoadedPeople> {
  const { text, problems } = await readTextFile(file)
  if (text === undefined) return { isThere: problems.length > 0, people: [], problems }
  const document = checkOneDocument(file, text, PeopleFile)
  const entries = document.value?.people ?? []
  const people = entries.map((entry) => ({ ...entry, slack: entry.slack ?? null, teams: entry.teams ?? null }))
  const mixedUp = findMixUps(entries).map(({ index, ...mixUp }) => {
    return { ...mixUp, file, at: document.place(['people', index]) }
  })
  return { isThere: true, people, problems: [...findSecretShapes(file, text), ...document.problems, ...mixedUp] }
}

interface MixUp {
  readonly index: number
  readonly found: string
  readonly expected: string
}

/** Two entries behind one account, or one id written twice, would let one person count as two. */
function findMixUps(entries: readonly z.infer<typeof PersonEntry>[]): readonly MixUp[] {
  const seen = new Map<string, number>()
  return entries.flatMap((entry, index) =>
    identities(entry).flatMap(({ key, name }) => {
      const first = seen.get(key)
      seen.set(key, first ?? index)
      if (key.startsWith('id ') && RESERVED_IDS.includes(key.slice(3))) {
        return [{ index, found: `${name}, which is Countersign's own`, expected: 'the id of a person' }]
      }
      if (first === undefined) return []
      const found = `${name}, which entry ${String(first + 1)} has as well`
      return [{ index, found, expected: 'each id and each account once' }]
    }),
  )
}

/** Ids that differ only in case, in what is not seen, or in letters that look alike are the same person to a reader. */
function identities({ id, slack, teams }: z.infer<typeof PersonEntry>): readonly { key: string; name: string }[] {
  const accounts = [
    { kind: 'id', value: id },
    ...(slack === undefined ? [] : [{ kind: 'Slack account', value: `${slack.team}/${slack.user}` }]),
    ...(teams === undefined ? [] : [{ kind: 'Teams account', value: `${teams.tenant}/${teams.user}` }]),
  ]
  return accounts.map(({ kind, value }) => {
    return { key: `${kind} ${lookAlikeKey(value)}`, name: `the ${kind} ${value}` }
  })
}
