import { z } from 'zod'
import { RefusedError } from '../../kernel/errors.ts'
import type { EffectContext } from '../../ports/action-runner.ts'
import type { PagerDutyClient } from './pagerduty-client.ts'
import type { Target } from '../../domain/action.ts'

export const IncidentId = z
  .string()
  .regex(/^[A-Z0-9]{4,40}$/, 'expected the id of a PagerDuty incident, such as PGR0VU2')

/** Which PagerDuty incidents belong to one of ours. */
export interface LinkedIncidents {
  find(incidentId: string, signal: AbortSignal): Promise<string | null>
  /** All that may have been the answer of `find` before; null when that cannot be told. */
  listOnceLinked(incidentId: string, signal: AbortSignal): Promise<readonly string[] | null>
}

export function targetOf(incident: string | undefined): Target {
  return { system: 'pagerduty', resource: incident ?? 'the linked incident', lockKey: null }
}

/** The incident that the step names, else the linked one. */
export async function incidentOfStep(
  linked: LinkedIncidents,
  incident: string | undefined,
  context: EffectContext,
): Promise<string> {
  const id = incident ?? (await linked.find(context.incidentId, context.signal))
  if (id !== null) return id
  throw new RefusedError(
    'no_linked_incident',
    'No open PagerDuty incident belongs to this one for certain. Name one in with.incident, or do it in PagerDuty by hand.',
  )
}

/** Where an attempt may have had its effect: since then the linked incident may be another one. Null when that is open. */
export async function candidatesOf(
  linked: LinkedIncidents,
  incident: string | undefined,
  context: EffectContext,
): Promise<readonly string[] | null> {
  return incident === undefined ? linked.listOnceLinked(context.incidentId, context.signal) : [incident]
}

/** PagerDuty wants a user of its own behind every write; without a configured one the last approver has to do. */
export function authorOf(client: PagerDutyClient, context: EffectContext): string {
  const author = client.from ?? context.approvedBy.findLast((person) => person.includes('@'))
  if (author !== undefined) return author
  throw new RefusedError(
    'no_author',
    'PagerDuty wants an author for what is changed: set PAGERDUTY_FROM to the e-mail of a user.',
  )
}

/** Travels in what is written, so that it is found again when its answer got lost. */
export function markerOf(idempotencyKey: string): string {
  return `[countersign ${idempotencyKey}]`
}
