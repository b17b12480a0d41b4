import { z } from 'zod'
import { ACTION_NAMES } from '../domain/action.ts'
import type { ActionName } from '../domain/action.ts'
import { CHANGE_KINDS } from '../domain/change-event.ts'
import { parseDuration } from '../kernel/duration.ts'
import { argumentSchema } from './action-arguments.ts'

/** The file as people write it (CONTRACT 6). An error's text says what is expected. */
const SLUG = /^[a-z][a-z0-9-]{0,63}$/
const MAX_TIMEOUT_MS = 6 * 3_600_000

const Slug = z.string().regex(SLUG, { error: 'lower-case letters, digits and hyphens, beginning with a letter' })
const Timeout = z.string({ error: 'a duration such as 90s or 5m' }).refine(
  (text) => {
    const ms = parseDuration(text)
    return ms !== undefined && ms >= 1000 && ms <= MAX_TIMEOUT_MS
  },
  { error: 'a duration from 1s to 6h, such as 90s or 5m' },
)

const INPUT_EXPECTED = 'exactly one of from, value and ask'
const Input = z.union(
  [
    z.strictObject({ from: z.string() }),
    z.strictObject({ value: z.union([z.string(), z.number(), z.boolean()]) }),
    z.strictObject({
      ask: z.strictObject({
        type: z.enum(['string', 'number', 'boolean']),
        title: z.string().min(1).max(200),
        pattern: z.string().max(500).optional(),
      }),
    }),
  ],
  { error: `${INPUT_EXPECTED}: { from: path }, { value: … } or { ask: { type, title, pattern? } }` },
)

/** One of the actions with its arguments; `with` may be left out where every argument may. */
function usesOf(action: ActionName) {
  const written = argumentSchema(action, 'written')
  return { uses: z.literal(action), with: written.safeParse({}).success ? written.prefault({}) : written }
}

const EXPECTED_ACTION = `one of the actions ${ACTION_NAMES.join(', ')}`
const expectAction = { error: EXPECTED_ACTION }

type Options<T extends z.core.$ZodTypeDiscriminable> = [T, ...T[]]
const undoOptions = ACTION_NAMES.map((action) => z.strictObject(usesOf(action)))
const Undo = z.discriminatedUnion('uses', undoOptions as Options<(typeof undoOptions)[number]>, expectAction)
const stepOptions = ACTION_NAMES.map((action) =>
  z.strictObject({ id: Slug, ...usesOf(action), timeout: Timeout.optional(), undo: Undo.optional() }),
)
const Step = z.discriminatedUnion('uses', stepOptions as Options<(typeof stepOptions)[number]>, expectAction)

export const PlaybookDocument = z.strictObject({
  apiVersion: z.literal('countersign.dev/v1', { error: 'countersign.dev/v1' }),
  kind: z.literal('Playbook', { error: 'Playbook' }),
  metadata: z.strictObject({
    name: Slug,
    title: z.string().min(1).max(200),
    owner: z.string().min(1).max(100),
  }),
  spec: z.strictObject({
    match: z
      .strictObject({
        alerts: z.array(z.string()).max(50).default([]),
        change: z.enum(CHANGE_KINDS, { error: `one of ${CHANGE_KINDS.join(', ')}` }).optional(),
      })
      .prefault({}),
    inputs: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_-]{0,63}$/), Input).nullish(),
    risk: z.strictObject({
      reversible: z.boolean({ error: 'true or false' }),
      blastRadius: z.enum(['service', 'dependents', 'environment', 'account'], {
        error: 'service, dependents, environment or account',
      }),
    }),
    autonomous: z.boolean({ error: 'true or false' }).default(false),
    steps: z.array(Step, { error: 'a list of steps' }).min(1, { error: 'at least one step' }).max(30),
    onFailure: z.enum(['stop', 'undo'], { error: 'stop or undo' }).default('stop'),
  }),
})
export type PlaybookDocument = z.infer<typeof PlaybookDocument>

/** For editors; checked in at docs/schema/playbook.schema.json. */
export function playbookJsonSchema(): object {
  return {
    ...z.toJSONSchema(PlaybookDocument, { io: 'input', reused: 'ref' }),
    title: 'Countersign playbook',
  }
}
