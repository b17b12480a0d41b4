import { createChatPostAction } from '../../../src/connectors/chat/post-action.ts'
import { createWaitAction } from '../../../src/connectors/clock/wait-action.ts'
import { createApprovalAction } from '../../../src/connectors/people/approval-action.ts'
import { systemClock } from '../../../src/kernel/clock.ts'
import { openStores } from '../../../src/store/open-stores.ts'
import type { MatrixAction } from './matrix-action.ts'

const says =
  (statement: string) =>
  (piece: Buffer): boolean =>
    piece.includes(statement)

const QUEUE = { enqueue: () => Promise.resolve() }

/** Actions behind which stands no vendor: what they do is rows, and the network that fails is the one to PostgreSQL. */
export const OWN_ROWS: readonly MatrixAction[] = [
  {
    ...{ name: 'chat/post', uses: 'chat/post', afterUnknown: 'again', readsAnswer: true, counterpart: 'outbox' },
    isEffect: says('insert into "outbox_messages"'),
    open: (world) => {
      const { outbox } = openStores(world.spoiledDatabase, { surfaces: ['slack'], queueOf: () => QUEUE })
      const module = createChatPostAction((incidentId, text, key) =>
        outbox.append([{ kind: 'post', incidentId, text, key, priority: 'status' }]),
      )
      return Promise.resolve({
        // Its own deadline is longer than anybody wants to wait for here.
        module: { ...module, describe: (args) => ({ ...module.describe(args), callTimeoutMs: world.timeoutMs }) },
        args: { text: 'Rolled back.' },
        countEffects: (runId) =>
          world.count(`SELECT count(*)::int AS count FROM outbox_messages WHERE payload->>'key' LIKE $1`, [
            `${runId}:%`,
          ]),
        close: () => Promise.resolve(),
      })
    },
  },
  {
    ...{ name: 'wait', uses: 'wait', afterUnknown: 'looked', readsAnswer: true, counterpart: 'ledger' },
    isEffect: says('INSERT INTO attempts'),
    open: () =>
      Promise.resolve({
        ...{ module: createWaitAction(systemClock), args: { for: '1s' } },
        ...{ countEffects: () => 0, close: () => Promise.resolve() },
      }),
  },
  {
    ...{ name: 'approval (nested)', uses: 'approval', afterUnknown: 'again', readsAnswer: true, counterpart: 'ledger' },
    isEffect: says('insert into "step_approvals"'),
    open: (world) =>
      Promise.resolve({
        ...{ module: createApprovalAction(), args: { tier: 2, title: 'The canary looks well' } },
        // People are asked once, whatever was lost.
        countEffects: (runId) =>
          world.count(
            `SELECT count(*)::int AS count FROM audit_leaves
              WHERE convert_from(bytes, 'UTF8')::jsonb ->> 'runId' = $1
                AND convert_from(bytes, 'UTF8')::jsonb ->> 'event' = 'approval.asked'`,
            [runId],
          ),
        close: () => Promise.resolve(),
      }),
  },
]
