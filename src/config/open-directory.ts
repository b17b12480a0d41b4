import { loadPeople } from './load-people.ts'
import type { Account, Person } from '../domain/person.ts'
import type { Directory } from '../ports/directory.ts'
import type { Logger } from '../kernel/logger.ts'

const REFRESH_MS = 10_000

export interface OpenDirectory extends Directory {
  /** Reads the file now; the people of the last good reading stay when it has mistakes. */
  refresh(): Promise<void>
  close(): Promise<void>
}

/**
 * The people of the configuration, read again every 10 s, so that a revoked role counts well within 60 s. A file that
 * cannot be read or has mistakes changes nothing and is an error for whoever runs the service: half a list could
 * leave nobody to approve.
 */
export function openDirectory(file: string, initial: readonly Person[], log: Logger): OpenDirectory {
  let people = initial
  const refresh = async (): Promise<void> => {
    try {
      const loaded = await loadPeople(file)
      if (loaded.problems.length === 0) people = loaded.people
      else {
        log.error({ file, problems: loaded.problems }, 'people file has mistakes; the last good reading stays in force')
      }
    } catch (error) {
      log.error({ file, error }, 'people file cannot be read; the last good reading stays in force')
    }
  }
  let running: Promise<void> = Promise.resolve()
  const timer = setInterval(() => {
    running = refresh()
  }, REFRESH_MS)
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
