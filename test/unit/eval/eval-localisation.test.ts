import { describe, expect, it } from '@jest/globals'
import { describeWhenShared } from '../../support/skip.ts'
import { evalLocalisationCommand } from '../../../src/cli/eval-localisation.ts'
import { runCommand } from './run-command.ts'

interface Printed {
  readonly scores: readonly {
    readonly system: string
    readonly n: number
    readonly hitRate3: { readonly value: number }
  }[]
}

async function score(data: string): Promise<Printed['scores']> {
  const { lines } = await runCommand(evalLocalisationCommand, ['--data', data, '--json'])
  return (JSON.parse(lines.join('')) as Printed).scores
}

describe('eval localisation', () => {
  it('finds the instance, the service and the host of the example', async () => {
    const scores = await score('docs/examples/alerts')

    expect(scores).toMatchObject([{ system: 'made-up-shop', n: 3, hitRate1: { value: 1 } }])
  })

  it('prints a line for each system, and for each thing left out', async () => {
    const { lines } = await runCommand(evalLocalisationCommand, ['--data', 'docs/examples/alerts', '--ablation'])

    expect(lines).toHaveLength(15)
    expect(lines[0]).toContain('hit@3 1.000')
  })

  it.each([
    [[], 'needs --data'],
    [['--data', '/nowhere/at/all'], 'not laid out as expected'],
    [['--data', 'docs/examples/alerts', 'more'], 'too much'],
  ])('refuses %j', async (args, text) => {
    await expect(runCommand(evalLocalisationCommand, args)).rejects.toThrow(text)
  })
})

describeWhenShared('data/rca_alerts', 'the development half of the alerts of 300 faults', (path) => {
  it('names the entity among the first three often enough', async () => {
    const goals = new Map([
      ['MicroSS', 0.5],
      ['Online-Boutique-cloudbed-1', 0.45],
      ['Online-Boutique-cloudbed-2', 0.5],
    ])
    const scores = await score(path)

    expect(scores.map(({ system }) => system)).toEqual([...goals.keys()])
    for (const { system, hitRate3 } of scores) expect(hitRate3.value).toBeGreaterThanOrEqual(goals.get(system) ?? 1)
  })
})
