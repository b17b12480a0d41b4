import { ANA as ANA_, BO as BO_, CY as CY_, DI as DI_, EVE as EVE_, person } from '../../integration/decisions/world.ts'
import { openWorld } from '../../integration/decisions/world.ts'
import { CHANNEL, TENANT } from '../../fakes/teams/activities.ts'
import { SLACK_CHANNEL, SLACK_TEAM } from './open-slack-driver.ts'
import type { Account, Person } from '../../../src/domain/person.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { World } from '../../integration/decisions/world.ts'

/** The same people on every surface. */
function onEverySurface(someone: Person, number: number): Person {
  return {
    ...someone,
    slack: { team: SLACK_TEAM, user: `U000${String(number)}` },
    teams: { tenant: TENANT, user: `aad-${someone.id}` },
  }
}

/** Approver and responder of the team that owns checkout. */
export const ANA = onEverySurface(ANA_, 1)
/** Approvers of another team. */
export const BO = onEverySurface(BO_, 2)
export const CY = onEverySurface(CY_, 3)
/** Responder, and no more. */
export const DI = onEverySurface(DI_, 4)
/** Commander. */
export const EVE = onEverySurface(EVE_, 5)
/** May look, and do nothing. */
export const GUS = onEverySurface(person('gus', ['auditor']), 6)
/** Known, and without any role. */
export const NED = onEverySurface(person('ned', []), 7)

export interface ParityWorld {
  readonly world: World
  readonly deps: Deps
}

/** One installation, whose people, incidents and policies every surface shares. */
export async function openParityWorld(): Promise<ParityWorld> {
  const world = await openWorld()
  world.people = [ANA, BO, CY, DI, EVE, GUS, NED]
  const deps = world.replica({
    settings: {
      breakGlass: { playbooks: ['rollback-bad-deploy'], forMs: 3_600_000, reviewMs: 172_800_000 },
      routes: [
        { surface: 'slack', owner: null, severity: null, channel: SLACK_CHANNEL },
        { surface: 'teams', owner: null, severity: null, channel: CHANNEL },
      ],
    },
    directory: {
      ...world.deps.directory,
      findByAccount: (account) => world.people.find((each) => isTheirs(each, account)),
    },
  })
  return { world, deps }
}

function isTheirs(someone: Person, { surface, tenant, user }: Account): boolean {
  switch (surface) {
    case 'slack':
      return someone.slack?.team === tenant && someone.slack.user === user
    case 'teams':
      return someone.teams?.tenant === tenant && someone.teams.user === user
    case 'console':
      return someone.id === user
  }
}
