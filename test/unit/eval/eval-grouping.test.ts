import { describe, expect, it } from '@jest/globals'
import { adjustedRand } from '../../../src/cli/eval/adjusted-rand.ts'
import { describeWhenShared } from '../../support/skip.ts'
import { evalGroupingCommand } from '../../../src/cli/eval-grouping.ts'
import { readAlertSystems } from '../../../src/cli/eval/alert-systems.ts'
import { scoreGrouping } from '../../../src/cli/eval/score-grouping.ts'
import { runCommand } from './run-command.ts'

interface Printed {
  readonly scores: readonly { readonly systems: readonly string[]; readonly adjustedRandIndex: number }[]
}

async function score(...args: readonly string[]): Promise<Printed> {
  const { lines } = await runCommand(evalGroupingCommand, [...args, '--json'])
  return JSON.parse(lines.join('')) as Printed
}

describe('the adjusted Rand index', () => {
  // Hubert and Arabie 1985 count pairs; this pair of partitions is worked out by hand: (2 - 4 * 6 / 15) / (5 - 1.6).
  it.each([
    ['ab ab', ['a', 'a', 'b', 'b'], ['x', 'x', 'y', 'y'], 1],
    ['one group against many', ['a', 'a', 'a', 'a'], ['w', 'x', 'y', 'z'], 0],
    [
      'by hand',
      ['a', 'a', 'a', 'b', 'b', 'b'],
      ['x', 'x', 'y', 'y', 'z', 'z'],
      (2 - (6 * 3) / 15) / (4.5 - (6 * 3) / 15),
    ],
  ])('of %s', (_name, left, right, index) => {
    expect(adjustedRand(left, right)).toBeCloseTo(index, 10)
  })
})

describe('eval grouping', () => {
  it('finds the faults of the example', async () => {
    const { scores } = await score('--data', 'docs/examples/alerts')

    expect(scores).toEqual([expect.objectContaining({ systems: ['made-up-shop'], adjustedRandIndex: 1, incidents: 3 })])
  })

  it.each([
    [[], 'needs --data'],
    [['--data', '/nowhere/at/all'], 'not laid out as expected'],
    [['--data', 'docs/examples/alerts', 'more'], 'too much'],
    [['--data', 'docs/examples/incidents'], 'no file that ends in .cases.jsonl'],
  ])('refuses %j', async (args, text) => {
    await expect(runCommand(evalGroupingCommand, args)).rejects.toThrow(text)
  })
})

describeWhenShared('data/rca_alerts', 'the development half of the alerts of 300 faults', (path) => {
  it('gives each fault its incident, also where two clusters fail at once', async () => {
    const { scores } = await score('--data', path)

    expect(scores).toHaveLength(4)
    for (const { systems, adjustedRandIndex } of scores) {
      expect(adjustedRandIndex).toBeGreaterThanOrEqual(systems.length > 1 ? 0.9 : 0.97)
    }
  })

  it('needs the view on waves for it', async () => {
    const systems = await readAlertSystems(path)
    const clusters = systems.filter((system) => system.name.includes('cloudbed'))
    const blunt = scoreGrouping(clusters, { namesEnvironment: true, features: ['graph', 'storm', 'refires'] })

    expect(blunt.adjustedRandIndex).toBeLessThan(0.9)
  })
})
