import { z } from 'zod'
import type { ActionName } from '../domain/action.ts'
import { parseDuration } from '../kernel/duration.ts'

/**
 * As written, any scalar may be a look-up or hold one; resolved, every argument has its own type (CONTRACT 9). An
 * error's text is what is expected, since the mistakes of a file are listed as "found …; expected …".
 */
export type ArgumentStage = 'written' | 'resolved'

const EXPRESSION = /\$\{\{/
const NAME = /^[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?$/
/** `checkout`, or `team-a/checkout` for an app outside Argo CD's own namespace, as the argocd CLI writes it. */
const APP = /^(?:[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?\/)?[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?$/
const REVISION = /^[A-Za-z0-9][\w.\-/+@:]{0,249}$/
const FUNCTION = /^[A-Za-z0-9_:.-]{1,170}$/
/** A look-up of an earlier step's output may stand in it until the run fills it in. */
const URL_TEXT = /^https?:\/\/(?:\S|\$\{\{ [\w.-]{1,200} \}\}){1,2000}$/
const PAGERDUTY_ID = /^[A-Za-z0-9]{1,32}$/

function fields(stage: ArgumentStage) {
  const scalar = <T>(schema: z.ZodType<T>, expected: string) =>
    stage === 'resolved'
      ? schema
      : z.union([schema, z.string().regex(EXPRESSION)], { error: `${expected}, or an expression` })
  const pattern = (regex: RegExp, expected: string) =>
    scalar(z.string({ error: expected }).regex(regex, { error: expected }), expected)
  const duration = (expected: string) =>
    scalar(
      z.string({ error: expected }).refine((text) => parseDuration(text) !== undefined, { error: expected }),
      expected,
    )
  return {
    app: () => pattern(APP, 'the name of an Argo CD application'),
    name: (what: string) => pattern(NAME, what),
    revision: () => pattern(REVISION, 'a revision: a commit, tag or branch'),
    functionName: () => pattern(FUNCTION, 'the name of a Lambda function'),
    qualifier: () => pattern(/^[A-Za-z0-9$_-]{1,128}$/, 'a version or an alias'),
    pagerdutyId: (what: string) => pattern(PAGERDUTY_ID, what),
    historyId: () =>
      scalar(
        z.union([z.number().int().nonnegative(), z.string().regex(/^\d{1,18}$/)], {
          error: 'the id of an entry of the history, a whole number',
        }),
        'the id of an entry of the history, a whole number',
      ),
    kind: () => pattern(/^[A-Za-z]{1,63}$/, 'a kind, such as Deployment'),
    text: (max: number) =>
      z
        .string({ error: 'a text' })
        .min(1, { error: 'a text' })
        .max(max, { error: `at most ${String(max)} characters` }),
    flag: () => scalar(z.boolean({ error: 'true or false' }), 'true or false'),
    number: () => scalar(z.number({ error: 'a number' }), 'a number'),
    wholeNumber: (min: number, max: number) => {
      const expected = `a whole number from ${String(min)} to ${String(max)}`
      return scalar(
        z
          .number({ error: expected })
          .int({ error: expected })
          .min(min, { error: expected })
          .max(max, { error: expected }),
        expected,
      )
    },
    duration: () => duration('a duration such as 90s, 5m or 1h30m'),
    url: () => z.string({ error: 'an http or https URL' }).regex(URL_TEXT, { error: 'an http or https URL' }),
  }
}

const resourceOf = (stage: ArgumentStage) => {
  const f = fields(stage)
  return z.strictObject({
    group: f.name('an API group').optional(),
    kind: f.kind(),
    name: f.name('the name of a resource'),
    namespace: f.name('a namespace').optional(),
  })
}

function argocdSchemas(stage: ArgumentStage) {
  const f = fields(stage)
  const app = f.app()
  const rollout = { app, name: f.name('the name of a rollout'), namespace: f.name('a namespace') }
  return {
    'argocd/sync': z.strictObject({
      app,
      revision: f.revision().optional(),
      prune: f.flag().optional(),
      resources: z.array(resourceOf(stage)).min(1).max(50).optional(),
    }),
    'argocd/rollback': z.strictObject({
      app,
      id: f.historyId().optional(),
      prune: f.flag().optional(),
      autoSync: z.enum(['refuse', 'suspend'], { error: 'refuse or suspend' }).optional(),
    }),
    'argocd/auto-sync': z.strictObject({ app, enabled: f.flag() }),
    'argocd/terminate': z.strictObject({ app }),
    'argocd/restart': z.strictObject({
      app,
      kind: f.kind(),
      name: f.name('the name of a resource'),
      namespace: f.name('a namespace'),
    }),
    'rollouts/abort': z.strictObject({ ...rollout, full: f.flag().optional() }),
    'rollouts/promote': z.strictObject({ ...rollout, full: f.flag().optional() }),
  }
}

function vendorSchemas(stage: ArgumentStage) {
  const f = fields(stage)
  const incident = f.pagerdutyId('the id of a PagerDuty incident').optional()
  const ids = (what: string) => z.array(f.pagerdutyId(what)).min(1).max(50)
  return {
    'lambda/invoke': z.strictObject({
      function: f.functionName(),
      qualifier: f.qualifier().optional(),
      params: z.record(z.string(), z.json()).optional(),
      mode: z.enum(['request', 'event'], { error: 'request or event' }).optional(),
      idempotent: z.literal(true, { error: 'true, or left out' }).optional(),
    }),
    'lambda/alias': z.strictObject({ function: f.functionName(), alias: f.qualifier(), version: f.qualifier() }),
    'pagerduty/acknowledge': z.strictObject({ incident }),
    'pagerduty/resolve': z.strictObject({ incident }),
    'pagerduty/escalate': z.strictObject({ incident, level: f.wholeNumber(1, 20).optional() }),
    'pagerduty/note': z.strictObject({ incident, text: f.text(2000) }),
    'pagerduty/responders': z.strictObject({
      incident,
      users: ids('ids of PagerDuty users').optional(),
      policies: ids('ids of escalation policies').optional(),
      message: f.text(1000),
    }),
    'pagerduty/workflow': z.strictObject({ incident, workflow: f.pagerdutyId('the id of a workflow') }),
  }
}

function checkSchemas(stage: ArgumentStage) {
  const f = fields(stage)
  return {
    'prometheus/assert': z
      .strictObject({
        query: f.text(4000),
        below: f.number().optional(),
        above: f.number().optional(),
        equals: f.number().optional(),
        for: f.duration(),
        within: f.duration().optional(),
      })
      .refine((value) => value.below !== undefined || value.above !== undefined || value.equals !== undefined, {
        error: 'at least one of below, above and equals',
      }),
    'http/check': z.strictObject({
      url: f.url(),
      status: f.wholeNumber(100, 599).optional(),
      within: f.duration().optional(),
    }),
    'chat/post': z.strictObject({ text: f.text(3000) }),
    wait: z.strictObject({ for: f.duration() }),
    approval: z.strictObject({ tier: f.wholeNumber(1, 3), title: f.text(200) }),
  }
}

function schemasOf(stage: ArgumentStage) {
  return { ...argocdSchemas(stage), ...vendorSchemas(stage), ...checkSchemas(stage) } satisfies Record<
    ActionName,
    z.ZodType
  >
}

const SCHEMAS = { written: schemasOf('written'), resolved: schemasOf('resolved') }

/** The schema of an action's `with`. */
export function argumentSchema(action: ActionName, stage: ArgumentStage): z.ZodType<Record<string, unknown>> {
  return SCHEMAS[stage][action]
}

/** What does not fit in resolved arguments, one sentence each; empty when all does. */
export function findArgumentMistakes(action: ActionName, resolved: unknown): readonly string[] {
  const result = argumentSchema(action, 'resolved').safeParse(resolved)
  if (result.success) return []
  return result.error.issues.map((issue) =>
    issue.code === 'unrecognized_keys'
      ? `${action} takes no ${issue.keys.join(', ')}`
      : `${issue.path.map(String).join('.') || 'with'} is not ${issue.message}`,
  )
}
