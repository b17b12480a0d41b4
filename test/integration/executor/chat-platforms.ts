import { openSlackWorld } from '../../contract/slack/slack-world.ts'
import { openTeamsWorld } from '../../contract/teams/teams-world.ts'
import type { AccountStandings } from '../../../src/ports/account-standing.ts'
import { FixedClock } from '../../support/fixed-clock.ts'

/** One chat platform as its fake, with the product's own question about accounts in front of it. */
export interface ChatPlatform {
  readonly standings: AccountStandings
  /** What the platform says of Ana from now on; null makes her a full member again. */
  setAna(what: string | null): void
  /** Nothing is answered until this is over. */
  setOutage(isOut: boolean): void
}

export interface ChatPlatforms {
  readonly slack: ChatPlatform
  readonly teams: ChatPlatform
  /** By which the answers grow old. */
  readonly clock: FixedClock
  close(): Promise<void>
}

/** How an account stops counting, and what is said of it then. */
export const FAULTS = [
  ['slack', 'deactivated', 'Slack says that the account of Ana Ruiz is deactivated'],
  ['slack', 'a guest', 'Slack says that the account of Ana Ruiz is one of a guest'],
  ['slack', 'a guest of one channel', 'Slack says that the account of Ana Ruiz is one of a guest'],
  ['slack', 'gone', 'Slack says that the account of Ana Ruiz is not known there'],
  ['teams', 'gone', 'Teams says that the account of Ana Ruiz is not known there'],
  ['teams', 'a guest', 'Teams says that the account of Ana Ruiz is one of a guest'],
  ['teams', 'of another tenant', 'Teams says that the account of Ana Ruiz belongs to another company'],
] as const

const OF_SLACK: Readonly<Record<string, Readonly<Record<string, unknown>> | null>> = {
  deactivated: { deleted: true },
  'a guest': { is_restricted: true },
  'a guest of one channel': { is_ultra_restricted: true },
  gone: null,
}
const ANA_OF_TEAMS = { id: '29:ana', aadObjectId: 'aad-ana' }
const OF_TEAMS: Readonly<Record<string, typeof ANA_OF_TEAMS | null>> = {
  gone: null,
  'a guest': { ...ANA_OF_TEAMS, ...{ userRole: 'guest' } },
  'of another tenant': { ...ANA_OF_TEAMS, ...{ tenantId: 'other' } },
}

export async function openChatPlatforms(): Promise<ChatPlatforms> {
  const clock = new FixedClock()
  const [slack, teams] = await Promise.all([openSlackWorld({ clock }), openTeamsWorld({ clock })])
  const { connector } = teams
  const ownToken = connector.token
  const setAnaOfTeams = (what: string | null) => {
    const member = what === null ? ANA_OF_TEAMS : OF_TEAMS[what]
    connector.members.splice(0)
    if (member != null) connector.members.push(member)
  }
  setAnaOfTeams(null)
  await teams.speak({ surface: 'teams', tenant: '', user: ANA_OF_TEAMS.aadObjectId, displayName: 'Ana' })
  return {
    clock,
    slack: {
      standings: slack.slack.standings,
      setAna: (what) => slack.fake.users.set('U0001', what === null ? {} : (OF_SLACK[what] ?? null)),
      setOutage: (isOut) => {
        slack.fake.setOutage(isOut)
      },
    },
    teams: {
      standings: teams.teams.standings,
      setAna: setAnaOfTeams,
      setOutage: (isOut) => {
        connector.token = isOut ? 'another-token-0002' : ownToken
      },
    },
    close: async () => {
      await Promise.all([slack.close(), teams.close()])
    },
  }
}
