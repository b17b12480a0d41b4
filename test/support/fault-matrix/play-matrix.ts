import { playCell } from './play-cell.ts'
import { MATRIX_FAULTS } from './matrix-fault.ts'
import { MATRIX_ROWS } from './matrix-rows.ts'
import type { CellVerdict } from './judge-cell.ts'
import type { MatrixAction } from './matrix-action.ts'
import type { MatrixFault } from './matrix-fault.ts'
import type { MatrixWorld } from './matrix-world.ts'

export interface MatrixCell {
  readonly action: MatrixAction
  readonly fault: MatrixFault
}

/** A database gives no HTTP answers. */
function canHit({ counterpart }: MatrixAction, { isAnswer }: MatrixFault): boolean {
  return counterpart === 'vendor' || !isAnswer
}

/** The whole matrix: every action with every fault that can hit it. */
export const MATRIX_CELLS: readonly MatrixCell[] = MATRIX_ROWS.flatMap((action) =>
  MATRIX_FAULTS.filter((fault) => canHit(action, fault)).map((fault) => ({ action, fault })),
)

/** Some at a time, in the order given. A cell that breaks off is a verdict of its own. */
export async function playMatrix(
  world: MatrixWorld,
  cells: readonly MatrixCell[],
  atOnce: number,
  onVerdict: (verdict: CellVerdict) => void = () => undefined,
): Promise<readonly CellVerdict[]> {
  const waiting = [...cells]
  const verdicts: CellVerdict[] = []
  const work = async (): Promise<void> => {
    for (let cell = waiting.shift(); cell !== undefined; cell = waiting.shift()) {
      const { action, fault } = cell
      const verdict = await playCell(world, action, fault).catch((error: unknown): CellVerdict => {
        const why = error instanceof Error ? (error.stack ?? error.message) : String(error)
        const nothing = { first: 'nothing', ended: 'queued', effects: 0 } as const
        return { action: action.name, fault: fault.name, ...nothing, broken: [`it broke off: ${why}`] }
      })
      verdicts.push(verdict)
      onVerdict(verdict)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return verdicts
}
