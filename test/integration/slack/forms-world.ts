import { openTestSlack } from './open-test-slack.ts'
import { buildRichConversation } from '../../../src/app/build-rich-conversation.ts'
import { handlePress, handleUtterance } from '../../../src/orchestrator/index.ts'
import { openWorld, person, playbookOf } from '../decisions/world.ts'
import { plainTextOf } from '../../unit/slack/words-of.ts'
import { waitUntil } from '../../support/wait-until.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { Incident } from '../../../src/domain/incident.ts'
import type { Person } from '../../../src/domain/person.ts'
import type { SlackUser } from '../../fakes/slack/payloads.ts'
import type { TestSlack, TestSlackOptions } from './open-test-slack.ts'
import type { World } from '../decisions/world.ts'

const onSlack = (someone: Person, user: string): Person => ({ ...someone, slack: { team: 'T0001', user } })
export const ANA = onSlack(person('ana', ['responder', 'approver'], ['payments']), 'U0001')
export const BO = onSlack(person('bo', ['responder', 'approver'], ['platform']), 'U0002')
export const AUDITOR = onSlack(person('eve', ['auditor']), 'U0005')
export const as = ({ name, slack }: Person): SlackUser => ({ team: 'T0001', user: slack?.user ?? '', name })
export const STRANGER: SlackUser = { team: 'T0001', user: 'U0999', name: 'Ana' }

const ASKING = playbookOf((text) =>
  text.replace(
    'revision: { from: change.previous.id }',
    'revision: { ask: { type: string, title: History id to go back to, pattern: "^[0-9]+$" } }',
  ),
)

export interface FormsWorld {
  readonly world: World
  readonly deps: Deps
  /** A Slack of its own for one test, tied to the product; the incidents of the test before are resolved. */
  openSlack(options?: TestSlackOptions): Promise<FormsSlack>
  openIncidents(): Promise<readonly Incident[]>
}

export interface FormsSlack {
  readonly test: TestSlack
  /** What the user alone was shown. */
  shown(user: string): readonly string[]
  forms(): readonly Form[]
  formOpens(): Promise<void>
}

export interface Form {
  readonly callback_id: string
  readonly private_metadata: string
  readonly blocks: readonly {
    readonly block_id?: string
    readonly element?: { readonly type: string; readonly options?: unknown[] }
  }[]
}

/** Countersign with its database, and people who have accounts on Slack. */
export async function openFormsWorld(): Promise<FormsWorld> {
  const world = await openWorld()
  world.people = [ANA, BO, AUDITOR]
  const { directory } = world.deps
  const deps = world.replica({
    playbooks: [{ ...ASKING, name: 'rollback-to' }, ...world.deps.playbooks],
    directory: {
      ...directory,
      findByAccount: ({ tenant, user }) =>
        world.people.find(({ slack }) => slack?.team === tenant && slack.user === user),
    },
  })
  return {
    world,
    deps,
    openSlack: async (options) => {
      await world.query(`UPDATE incidents SET state = 'resolved', resolved_at = now()`)
      return formsSlack(deps, await openTestSlack(options))
    },
    openIncidents: () => deps.stores.incidents.list({ isUnresolved: true, limit: 10 }),
  }
}

function formsSlack(deps: Deps, test: TestSlack): FormsSlack {
  test.rich = buildRichConversation(deps)
  test.answer = (request) => ('verb' in request ? handlePress(deps, request) : handleUtterance(deps, request))
  const forms = () => test.fake.forms() as readonly Form[]
  return {
    test,
    shown: (user) => test.fake.shownTo(user).map((message) => plainTextOf(message['blocks'] as unknown[])),
    forms,
    formOpens: () => waitUntil('the form is open', () => forms().length > 0),
  }
}
