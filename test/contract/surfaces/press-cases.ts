import { ANA, BO, CY, DI, GUS } from './parity-world.ts'
import * as on from './grounds.ts'
import type { Arrange } from './grounds.ts'
import type { Person } from '../../../src/domain/person.ts'

export interface PressCase {
  readonly by: Person
  readonly ground: Arrange
  readonly label: string
  /** What the form is given that the button opens. */
  readonly words?: string
  readonly code: string
}

/** Buttons do what the verbs of their names do; each is pressed by somebody who may, and by somebody who may not. */
export const PRESS_CASES: readonly PressCase[] = [
  { by: CY, ground: on.proposed, label: 'Approve', code: 'approved' },
  { by: DI, ground: on.proposed, label: 'Approve', code: 'not_allowed' },
  { by: DI, ground: on.requestedByDi, label: 'Approve', code: 'requester' },
  { by: BO, ground: on.halfApproved, label: 'Approve', code: 'already_decided' },
  { by: CY, ground: on.frozen(on.proposed), label: 'Approve', code: 'frozen' },
  { by: CY, ground: on.proposed, label: 'Reject', words: 'it is the database', code: 'rejected' },
  { by: DI, ground: on.proposed, label: 'Reject', words: 'it is the database', code: 'not_allowed' },
  { by: CY, ground: on.approved, label: 'Reject', words: 'it is the database', code: 'rejected' },
  { by: CY, ground: on.proposed, label: 'Ask', words: 'does cart need the new format', code: 'done' },
  { by: DI, ground: on.asked, label: 'Answer Q1', words: 'it reads both', code: 'done' },
  { by: GUS, ground: on.asked, label: 'Answer Q1', words: 'it reads both', code: 'not_allowed' },
  { by: DI, ground: on.running, label: 'Stop', words: 'the queue is draining', code: 'done' },
  { by: CY, ground: on.unknownStep, label: 'Mark done', words: 'Argo CD shows 1b22', code: 'done' },
  { by: DI, ground: on.unknownStep, label: 'Mark done', words: 'Argo CD shows 1b22', code: 'not_allowed' },
  { by: CY, ground: on.unknownStep, label: 'Retry', words: 'it never arrived', code: 'done' },
  { by: CY, ground: on.unknownStep, label: 'Abort', words: 'nobody knows', code: 'done' },
  { by: CY, ground: on.failed, label: 'Undo', words: 'worse than before', code: 'done' },
  { by: DI, ground: on.failed, label: 'Undo', words: 'worse than before', code: 'not_allowed' },
  {
    by: CY,
    ground: on.proposed,
    label: 'Break glass',
    words: 'checkout is down, nobody answers',
    code: 'glass_broken',
  },
  { by: CY, ground: on.proposed, label: 'Break glass', words: 'down', code: 'reason_missing' },
  { by: DI, ground: on.proposed, label: 'Break glass', words: 'checkout is down, nobody answers', code: 'not_allowed' },
  { by: CY, ground: on.glassBroken, label: 'Review: justified', words: 'it saved the day', code: 'done' },
  { by: BO, ground: on.glassBroken, label: 'Review: unjustified', words: 'it was mine', code: 'own_break_glass' },
  { by: DI, ground: on.glassBroken, label: 'Review: justified', words: 'it saved the day', code: 'not_allowed' },
  { by: DI, ground: on.over, label: 'Cause right', code: 'done' },
  { by: DI, ground: on.causeSaidRight(on.over, DI), label: 'Cause wrong', code: 'done' },
  { by: DI, ground: on.causeSaidRight(on.over, DI), label: 'Cause right', code: 'already_said' },
  { by: DI, ground: on.over, label: 'Cause not sure', code: 'done' },
  { by: GUS, ground: on.over, label: 'Playbook helped', code: 'done' },
  { by: CY, ground: on.over, label: 'Playbook did not help', code: 'done' },
  { by: DI, ground: on.anIncident, label: 'Acknowledge', code: 'done' },
  { by: ANA, ground: on.anIncident, label: 'Add note', words: 'the cache is cold', code: 'done' },
]

/** What the card offers, state by state. */
export const BUTTON_STATES: readonly { readonly state: string; readonly ground: Arrange }[] = [
  { state: 'open, nothing proposed', ground: on.anIncident },
  { state: 'proposal pending', ground: on.proposed },
  { state: 'proposal pending, a question open', ground: on.asked },
  { state: 'approved, about to start', ground: on.approved },
  { state: 'the glass was broken', ground: on.glassBroken },
  { state: 'running', ground: on.running },
  { state: 'a step is unknown', ground: on.unknownStep },
  { state: 'failed, can be undone', ground: on.failed },
  { state: 'succeeded', ground: on.succeeded },
  { state: 'acknowledged', ground: on.ledByEve(on.anIncident) },
  { state: 'resolved, a cause was named', ground: on.resolved(on.anIncident) },
  { state: 'resolved, a playbook ran', ground: on.over },
]
