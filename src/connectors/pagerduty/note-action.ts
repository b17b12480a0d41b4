import { z } from 'zod'
import { RefusedError } from '../../kernel/errors.ts'
import { parseArguments } from '../shared/parse-arguments.ts'
import type { ActionResult } from '../../domain/action.ts'
import type { JsonObject } from '../../kernel/json.ts'
import type { EffectContext, ReconcileAnswer } from '../../ports/action-runner.ts'
import type { ActionModule } from '../action-module.ts'
import type { PagerDutyClient } from './pagerduty-client.ts'

const IncidentId = z.string().regex(/^[A-Z0-9]{4,40}$/, 'expected the id of a PagerDuty incident, such as PGR0VU2')
const Arguments = z.strictObject({ incident: IncidentId.optional(), text: z.string().trim().min(1).max(10_000) })

/** Which PagerDuty incidents belong to one of ours. */
export interface LinkedIncidents {
  find(incidentId: string, signal: AbortSignal): Promise<string | null>
  /** All that may have been the answer of `find` before; null when that cannot be told. */
  listOnceLinked(incidentId: string, signal: AbortSignal): Promise<readonly string[] | null>
}

/**
 * `pagerduty/note`. Notes take no key, so the content ends with a marker that holds ours; a note whose answer got lost
 * is found again by it.
 */
export function createNoteAction(client: PagerDutyClient, linked: LinkedIncidents): ActionModule {
  const read = (args: JsonObject) => parseArguments('pagerduty/note', Arguments, args)

  async function resolve(args: JsonObject, context: EffectContext): Promise<string> {
    const { incident } = read(args)
    const id = incident ?? (await linked.find(context.incidentId, context.signal))
    if (id !== null) return id
    throw new RefusedError(
      'no_linked_incident',
      'No open PagerDuty incident belongs to this one for certain. Name one in with.incident, or add the note by hand.',
    )
  }

  return {
    name: 'pagerduty/note',
    describe: (args) => {
      const { incident } = read(args)
      return {
        target: { system: 'pagerduty', resource: incident ?? 'the linked incident', lockKey: null },
        crashClass: 'queryable',
        isVerification: false,
        effects: ['main'],
        // Finding the incident may take a few calls before the one that counts.
        callTimeoutMs: client.timeoutMs * 2,
      }
    },
    readState: async (args) => {
      read(args)
      return null
    },
    perform: async (args, _before, context) => {
      const incident = await resolve(args, context)
      const content = `${read(args).text}\n\n${markerOf(context.idempotencyKey)}`
      return noted(incident, await client.addNote(incident, content, authorOf(client, context), context.signal))
    },
    poll: async () => ({ outcome: 'unknown', detail: 'A note has nothing to wait for.' }),
    reconcile: async (args, attempt, context) => {
      const { incident } = read(args)
      // Since the attempt the linked incident may have been resolved, and another one linked.
      const candidates =
        incident === undefined ? await linked.listOnceLinked(context.incidentId, context.signal) : [incident]
      if (candidates === null) {
        return { found: 'unknown', detail: 'Too many PagerDuty incidents could hold the note. Look for it by hand.' }
      }
      return findNote(client, candidates, markerOf(attempt.idempotencyKey), context.signal)
    },
  }
}

async function findNote(
  client: PagerDutyClient,
  candidates: readonly string[],
  marker: string,
  signal: AbortSignal,
): Promise<ReconcileAnswer> {
  for (const candidate of candidates) {
    const note = (await client.listNotes(candidate, signal)).find(({ content }) => content.includes(marker))
    if (note !== undefined) return { found: 'executed', result: noted(candidate, note.id) }
  }
  return { found: 'not_executed', detail: `No note in PagerDuty carries ${marker}.` }
}

function markerOf(idempotencyKey: string): string {
  return `[countersign ${idempotencyKey}]`
}

/** PagerDuty wants a user of its own behind every note; without a configured one the last approver has to do. */
function authorOf(client: PagerDutyClient, context: EffectContext): string {
  const author = client.from ?? context.approvedBy.findLast((person) => person.includes('@'))
  if (author !== undefined) return author
  throw new RefusedError(
    'no_author',
    'PagerDuty wants an author for notes: set PAGERDUTY_FROM to the e-mail of a user.',
  )
}

function noted(incident: string, noteId: string): ActionResult {
  const detail = `PagerDuty incident ${incident} has the note.`
  return { outcome: 'done', detail, output: { incident, noteId }, after: null }
}
