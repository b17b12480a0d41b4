import { loadPeople } from './load-people.ts'
import { withoutSecrets } from './find-secrets.ts'
import type { Account, Person } from '../domain/person.ts'
import type { Directory } from '../ports/directory.ts'
import type { LoadedPeople } from './load-people.ts'
import type { Logger } from '../kernel/logger.ts'

const REFRESH_MS = 10_000

export interface OpenDirectory extends Directory {
  /** Reads the file now; the people of the last good reading stay when it has mistakes. */
  refresh(): Promise<void>
  close(): Promise<void>
}

/**
 * The people of the configuration, read again every 10 s, so that a revoked role counts well within 60 s. A file that
 * has mistakes, or is gone after it was there, changes nothing and is an error for whoever runs the service, said once:
 * half a list could leave nobody to approve. A whole list with no approver counts: then nobody approves.
 */
export function openDirectory(
  file: string,
  initial: readonly Person[],
  log: Logger,
  refreshMs = REFRESH_MS,
): OpenDirectory {
  let people = initial
  let complaint: string | undefined
  const refresh = async (): Promise<void> => {
    const loaded = await loadPeople(file)
    const mistakes = mistakesOf(loaded, initial.length > 0)
    if (mistakes.length === 0) {
      if (complaint !== undefined) log.info({ file }, 'the people file is in order again')
      people = loaded.people
    } else if (mistakes.join('\n') !== complaint) {
      log.error({ file, mistakes }, 'the people file cannot be used; the last good reading stays in force')
    }
    complaint = mistakes.length === 0 ? undefined : mistakes.join('\n')
  }
  let running: Promise<void> = Promise.resolve()
  const timer = setInterval(() => {
    running = refresh()
  }, refreshMs)
  timer.unref()
  return {
    findById: (id) => people.find((person) => person.id === id),
    findByAccount: (account) => people.find((person) => isTheirs(person, account)),
    list: () => people,
    refresh,
    close: async () => {
      clearInterval(timer)
      await running
    },
  }
}

function mistakesOf(loaded: LoadedPeople, wasThere: boolean): readonly string[] {
  if (!loaded.isThere && wasThere) return ['the file is gone']
  return loaded.problems
    .map(withoutSecrets)
    .map(({ at, found, expected }) => `${at}: found ${found}; expected ${expected}`)
}

/** By immutable ids only; a console account is the person's own id, vouched for by the session. */
function isTheirs(person: Person, account: Account): boolean {
  switch (account.surface) {
    case 'slack':
      return person.slack?.team === account.tenant && person.slack.user === account.user
    case 'teams':
      return person.teams?.tenant === account.tenant && person.teams.user === account.user
    case 'console':
      return person.id === account.user
  }
}
