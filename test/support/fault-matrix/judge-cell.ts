import { waitUntil } from '../wait-until.ts'
import type { Run } from '../../../src/domain/run.ts'
import type { AuditedEvent } from './matrix-world.ts'
import type { MatrixAction } from './matrix-action.ts'
import type { MatrixFault } from './matrix-fault.ts'

export interface CellVerdict {
  readonly action: string
  readonly fault: string
  /** What was put on record of the request that was hit: `unknown`, `not_executed`, `done`, `pending` … */
  readonly first: string
  readonly ended: Run['state']
  readonly effects: number
  /** One sentence for each promise that did not hold. */
  readonly broken: readonly string[]
}

export interface CellEvidence {
  readonly action: MatrixAction
  readonly fault: MatrixFault
  readonly run: Run
  /** How often the fault hit: a cell whose fault hits nothing shows nothing. */
  readonly hits: number
  readonly events: readonly AuditedEvent[]
}

/** What may be known of the request, and so what has to be on record of it first. */
function firstOutcomeOf(action: MatrixAction, fault: MatrixFault): readonly string[] {
  // Nothing is sent to people: what is on record is that they were asked.
  if (action.uses === 'approval') return ['nothing']
  // A check may be made again, so that only one thing would be wrong: to take no answer for a bad one.
  if (action.afterUnknown === 'looked') return ['done', 'pending']
  const proof = fault.proof === 'unreadable' ? (action.readsAnswer ? 'nothing' : 'answered') : fault.proof
  if (proof === 'nothing') return ['unknown']
  return proof === 'not_executed' ? ['not_executed'] : ['done', 'pending']
}

/** Whether nobody but a person can say what became of it. */
function isLeftToPerson(action: MatrixAction, fault: MatrixFault): boolean {
  return action.afterUnknown === 'person' && firstOutcomeOf(action, fault).includes('unknown')
}

export async function judgeCell(
  { action, fault, run, hits, events }: CellEvidence,
  countEffects: () => number | Promise<number>,
): Promise<CellVerdict> {
  const toPerson = isLeftToPerson(action, fault)
  const isCheck = action.afterUnknown === 'looked'
  const wanted = isCheck || (toPerson && !fault.happens) ? 0 : 1
  // An effect may be under way when the run waits for a person already.
  await waitUntil('the effect', async () => (await countEffects()) >= wanted).catch(() => undefined)
  const effects = await countEffects()
  const first = events.find(({ status }) => status !== null)?.status ?? 'nothing'
  const right = firstOutcomeOf(action, fault)
  const ends = toPerson ? 'unknown' : 'succeeded'
  const checks: readonly (readonly [boolean, string])[] = [
    [hits === 0, 'the fault hit nothing'],
    [!right.includes(first), `${first} is on record first, and only ${right.join(' or ')} is known`],
    [run.state !== ends, `the run is ${run.state} and not ${ends}: ${run.detail ?? ''}`],
    [effects > wanted, `${String(effects)} effects`],
    [effects < wanted, 'the effect is lost'],
    [toPerson && !events.some(({ event }) => event === 'step.handed_over'), 'nobody was asked'],
  ]
  const broken = checks.filter(([isBroken]) => isBroken).map(([, sentence]) => sentence)
  return { action: action.name, fault: fault.name, first, ended: run.state, effects, broken }
}
