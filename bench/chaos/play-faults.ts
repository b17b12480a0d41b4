import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createTestDatabase, prepareTemplate } from '../../test/support/postgres.ts'
import { publishTestServer, startTestServer } from '../../test/support/test-server.ts'
import { MATRIX_CELLS, playMatrix } from '../../test/support/fault-matrix/play-matrix.ts'
import { openMatrixWorld } from '../../test/support/fault-matrix/matrix-world.ts'
import { renderMatrix } from '../../test/support/fault-matrix/render-matrix.ts'

const PAGE = fileURLToPath(new URL('../../docs/faults.md', import.meta.url))
const TABLE = /<!-- matrix:start -->[\s\S]*<!-- matrix:end -->/
const AT_ONCE = 6
const SAY_EVERY = 25

export interface FaultOptions {
  /** How often each cell is played. */
  readonly times: number
  /** Whether the table of docs/faults.md is written anew. */
  readonly writes: boolean
}

/** T28: every action with every fault. Answers how many cells broke a promise. */
export async function playFaults({ times, writes }: FaultOptions, print: (line: string) => void): Promise<number> {
  const started = await startTestServer()
  const { server } = started
  publishTestServer(server)
  try {
    await prepareTemplate(server)
    const database = await createTestDatabase()
    const world = await openMatrixWorld(database)
    const cells = Array.from({ length: times }, () => MATRIX_CELLS).flat()
    print(
      `${String(cells.length)} cells: ${String(MATRIX_CELLS.length)} pairs of an action and a fault, ${String(times)} times each`,
    )
    let done = 0
    const verdicts = await playMatrix(world, cells, AT_ONCE, ({ action, fault, broken }) => {
      done += 1
      if (broken.length > 0) print(`broken: ${action}, ${fault}: ${broken.join('; ')}`)
      if (done % SAY_EVERY === 0) print(`${String(done)} of ${String(cells.length)} cells are played`)
    })
    await world.close()
    const broken = verdicts.filter((verdict) => verdict.broken.length > 0)
    const table = renderMatrix(verdicts)
    console.log(`\n${table}\n`)
    const doubled = verdicts.filter(({ effects }) => effects > 1).length
    console.log(`${String(verdicts.length)} cells, ${String(broken.length)} broken, effects twice ${String(doubled)}`)
    if (writes) writePage(table)
    return broken.length
  } finally {
    await started.stop()
  }
}

function writePage(table: string): void {
  const page = readFileSync(PAGE, 'utf8')
  if (!TABLE.test(page)) throw new Error(`${PAGE} has lost the marks of its table. Put them back.`)
  writeFileSync(
    PAGE,
    page.replace(TABLE, () => `<!-- matrix:start -->\n\n${table}\n\n<!-- matrix:end -->`),
  )
}
