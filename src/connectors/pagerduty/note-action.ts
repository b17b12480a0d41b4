import { z } from 'zod'
import { IncidentId, authorOf, candidatesOf, incidentOfStep, markerOf, targetOf } from './incident-of-step.ts'
import { parseArguments } from '../shared/parse-arguments.ts'
import type { ActionResult } from '../../domain/action.ts'
import type { JsonObject } from '../../kernel/json.ts'
import type { LinkedIncidents } from './incident-of-step.ts'
import type { ReconcileAnswer } from '../../ports/action-runner.ts'
import type { ActionModule } from '../action-module.ts'
import type { PagerDutyClient } from './pagerduty-client.ts'

const Arguments = z.strictObject({ incident: IncidentId.optional(), text: z.string().trim().min(1).max(10_000) })

/**
 * `pagerduty/note`. Notes take no key, so the content ends with a marker that holds ours; a note whose answer got lost
 * is found again by it.
 */
export function createNoteAction(client: PagerDutyClient, linked: LinkedIncidents): ActionModule {
  const read = (args: JsonObject) => parseArguments('pagerduty/note', Arguments, args)

  return {
    name: 'pagerduty/note',
    describe: (args) => {
      const { incident } = read(args)
      return {
        target: targetOf(incident),
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
      const { incident: named, text } = read(args)
      const incident = await incidentOfStep(linked, named, context)
      const content = `${text}\n\n${markerOf(context.idempotencyKey)}`
      return noted(incident, await client.addNote(incident, content, authorOf(client, context), context.signal))
    },
    poll: async () => ({ outcome: 'unknown', detail: 'A note has nothing to wait for.' }),
    reconcile: async (args, attempt, context) => {
      const candidates = await candidatesOf(linked, read(args).incident, context)
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

function noted(incident: string, noteId: string): ActionResult {
  const detail = `PagerDuty incident ${incident} has the note.`
  return { outcome: 'done', detail, output: { incident, noteId }, after: null }
}
