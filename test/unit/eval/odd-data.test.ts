import { cp, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { tmpdir } from 'node:os'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { evalChangesCommand } from '../../../src/cli/eval-changes.ts'
import { evalGroupingCommand } from '../../../src/cli/eval-grouping.ts'
import { evalLocalisationCommand } from '../../../src/cli/eval-localisation.ts'
import { runCommand } from './run-command.ts'
import type { Command } from '../../../src/cli/command.ts'

let data: string
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'countersign-odd-'))
})
afterEach(() => rm(data, { recursive: true }))

const GRAPH = join('shared', 'made-up-shop.graph.json')
const layOut = (example: string) => cp(join('docs', 'examples', example), data, { recursive: true })
async function score(command: Command): Promise<unknown> {
  const { lines } = await runCommand(command, ['--data', data, '--json'])
  return JSON.parse(lines.join(''))
}

interface Edge {
  readonly source: string
  readonly target: string
  readonly label: string
}
async function rewriteGraph(change: (edge: Edge) => Edge): Promise<void> {
  const graph = JSON.parse(await readFile(join(data, GRAPH), 'utf8')) as { readonly edges: readonly Edge[] }
  await writeFile(join(data, GRAPH), JSON.stringify({ ...graph, edges: graph.edges.map(change) }))
}

const turned = ({ source, target }: Edge, label: string): Edge => ({ source: target, target: source, label })
const named = (edge: Edge): Edge => {
  if (edge.label === 'hosted_on') return turned(edge, 'hosts')
  if (edge.label === 'instance_of') return turned(edge, 'has_instance')
  return { ...edge, label: 'depends_on' }
}

describe('alerts of a system whose topology is told otherwise', () => {
  beforeEach(() => layOut('alerts'))

  it('are read the same from the other end of each edge', async () => {
    const before = [await score(evalLocalisationCommand), await score(evalGroupingCommand)]
    await rewriteGraph(named)

    expect([await score(evalLocalisationCommand), await score(evalGroupingCommand)]).toEqual(before)
  })

  it('are scored without a topology, by what they say themselves', async () => {
    await rm(join(data, GRAPH))

    expect(await score(evalLocalisationCommand)).toMatchObject({ scores: [{ n: 3 }] })
    expect(await score(evalGroupingCommand)).toMatchObject({ scores: [{ faults: 3 }] })
  })

  it('are refused with one that cannot be read', async () => {
    await writeFile(join(data, GRAPH), '{"nodes":')

    await expect(score(evalLocalisationCommand)).rejects.toThrow('not laid out as expected')
  })

  it('may give log lines the time of the others', async () => {
    const file = join(data, 'faults', 'made-up-shop.cases.jsonl')
    const line = { id: 'extra', alerts: [{ kind: 'log', t: 1_700_000_000_000, entity: 'cart-1', template: 'down' }] }
    await writeFile(file, `${JSON.stringify(line)}\n`)

    expect(await score(evalLocalisationCommand)).toMatchObject({ scores: [{ n: 1 }] })
    await writeFile(file, JSON.stringify({ ...line, alerts: [{ ...line.alerts[0], t: null }] }))
    await expect(score(evalLocalisationCommand)).rejects.toThrow('not laid out as expected')
  })
})

describe('changes of a folder without measurements', () => {
  it('are ranked by the rest', async () => {
    await layOut('incidents')
    const { n } = (await score(evalChangesCommand)) as { readonly n: number }
    const folders = (await readdir(data)).filter((name) => name.endsWith('-canary'))
    for (const name of folders) await rm(join(data, name, 'pod_metrics.csv'))

    expect(await score(evalChangesCommand)).toMatchObject({ n })
  })
})
