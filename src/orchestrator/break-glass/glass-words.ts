import type { GlassBreak } from '../../domain/glass-break.ts'

/** As it is typed. */
export function reviewCommand(incidentId: string): string {
  return `breakglass ${incidentId} review justified|unjustified <text>`
}

/** `2026-11-21 10:04 UTC`. */
export function momentInWords(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

/** Field 18 of an audit entry (TRUST 2). */
export function auditFieldOf(glass: GlassBreak) {
  return {
    reason: glass.reason,
    reviewer: glass.review?.reviewerId ?? null,
    reviewDue: glass.reviewDue.toISOString(),
    reviewDone: glass.review?.at.toISOString() ?? null,
  }
}

const NAMED = 5

/** `Bo, Cy and Di`; the first few of many. */
export function namesInWords(names: readonly string[]): string {
  const shown = names.length > NAMED ? [...names.slice(0, NAMED), `${String(names.length - NAMED)} more`] : names
  const last = shown.at(-1) ?? 'nobody'
  return shown.length < 2 ? last : `${shown.slice(0, -1).join(', ')} and ${last}`
}
