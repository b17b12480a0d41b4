import { z } from 'zod'
import { PRESS_ANSWERS, PRESS_VERBS } from '../../../domain/press.ts'
import type { Press } from '../../../orchestrator/index.ts'

/**
 * What a button carries: ids and the hash of the plan that the card shows, nothing else. Everybody in the workspace
 * can read it, and it decides nothing by itself: what counts is compared with the stored proposal.
 */
const ButtonValue = z
  .object({
    v: z.enum(PRESS_VERBS),
    /** Left out where a change of policies and playbooks is meant. */
    i: z
      .string()
      .regex(/^INC-\d{1,12}$/)
      .optional(),
    p: z
      .string()
      .regex(/^(?:PRO|CFG)-\d{1,12}$/)
      .optional(),
    h: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .optional(),
    s: z.string().min(1).max(200).optional(),
    a: z.enum(PRESS_ANSWERS).optional(),
    q: z.number().int().min(1).max(999_999).optional(),
    o: z
      .string()
      .regex(/^(?:CHG|RUN)-\d{1,12}$/)
      .optional(),
  })
  .refine(({ i, p }) => (i === undefined) === (p?.startsWith('CFG-') ?? false))

export type PressedButton = Pick<
  Press,
  'verb' | 'incidentId' | 'proposalId' | 'planHash' | 'stepId' | 'answer' | 'question' | 'about'
>

export function encodeButton(button: PressedButton): string {
  return JSON.stringify({
    v: button.verb,
    i: button.incidentId === '' ? undefined : button.incidentId,
    p: button.proposalId ?? undefined,
    h: button.planHash ?? undefined,
    s: button.stepId ?? undefined,
    a: button.answer ?? undefined,
    q: button.question,
    o: button.about ?? undefined,
  })
}

/** Undefined when it is not one of ours. */
export function decodeButton(value: string): PressedButton | undefined {
  if (value.length > 2000) return undefined
  let json: unknown
  try {
    json = JSON.parse(value)
  } catch {
    return undefined
  }
  const result = ButtonValue.safeParse(json)
  if (!result.success) return undefined
  const { v, i, p, h, s, a, q, o } = result.data
  return {
    verb: v,
    incidentId: i ?? '',
    proposalId: p ?? null,
    planHash: h ?? null,
    stepId: s ?? null,
    answer: a ?? null,
    ...(q === undefined ? {} : { question: q }),
    ...(o === undefined ? {} : { about: o }),
  }
}
