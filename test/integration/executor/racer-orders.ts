import { z } from 'zod'
import { ANA, BEN } from '../../fakes/counting-target/approved-run.ts'
import type { Person } from '../../../src/domain/person.ts'

export const RacerOrder = z.object({
  id: z.number(),
  does: z.enum(['approve', 'reject', 'withdraw', 'advance', 'go on']),
  personId: z.string(),
  proposalId: z.string(),
  incidentId: z.string(),
  planHash: z.string(),
})
export type RacerOrder = z.infer<typeof RacerOrder>

/** `ready` at first; `holds` is said by an unguarded one that has read the row and not written it yet. */
export const RacerAnswer = z.object({ id: z.number(), outcome: z.string() })

export const CY: Person = { ...BEN, id: 'cy@bank.example', name: 'Cy Wong' }
/** All of them approvers of the owning group. */
export const RACING_PEOPLE: readonly Person[] = [ANA, BEN, CY]
