import { describe, expect, it } from '@jest/globals'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeWhenShared } from '../../support/skip.ts'
import { evalChangesCommand } from '../../../src/cli/eval-changes.ts'
import { rankChanges, readChangeCases } from '../../../src/cli/eval/rank-changes.ts'
import { runCommand } from './run-command.ts'

const run = (args: readonly string[]) => runCommand(evalChangesCommand, args)

const step = (service: string) => ({
  service,
  release_time_t_rel_s: -150,
  steps_started_before_detection: [{ t_rel_s: -150, complete_t_rel_s: -80 }],
})

/** Two canaries of the same second; that of `faulty` fails half of its requests, and only `until` seconds are shown. */
function metricsOf(faulty: string, badFrom: number): string {
  const rows = ['t_rel_s,pod,caller,callee,success_pct,latency_s,cpu_pct']
  for (let t = -720; t <= 120; t += 60) {
    for (const service of ['cart', 'mail']) {
      rows.push(`${t},${service}-v1-aaaa-1,shop,${service},100,0.01,1`)
      if (t < -60) continue
      const success = service === faulty && t >= badFrom ? 50 : 100
      rows.push(`${t},${service}-v2-bbbb-1,shop,${service},${success},0.01,1`)
    }
  }
  return `${rows.join('\n')}\n`
}

async function withData<Result>(
  cases: readonly { id: string; faulty: string; badFrom?: number }[],
  work: (folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-eval-'))
  try {
    for (const { id, faulty, badFrom = -60 } of cases) {
      await mkdir(join(folder, id))
      const file = {
        ...{ id, detect_time_utc: '2026-01-02 03:04:00', changes: [step('cart'), step('mail')] },
        dependency: [
          ['shop', 'cart'],
          ['shop', 'mail'],
        ],
      }
      await writeFile(join(folder, id, 'case.json'), JSON.stringify(file))
      await writeFile(join(folder, id, 'pod_metrics.csv'), metricsOf(faulty, badFrom))
    }
    const answers = Object.fromEntries(cases.map(({ id, faulty }) => [id, { service: faulty }]))
    await writeFile(join(folder, 'answers.json'), JSON.stringify(answers))
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

describe('eval changes', () => {
  it('finds the canary that fails, whichever it is', async () => {
    const { exitCode, lines } = await withData(
      [
        { id: 'a', faulty: 'cart' },
        { id: 'b', faulty: 'mail' },
      ],
      (data) => run(['--data', data]),
    )

    expect(exitCode).toBe(0)
    expect(lines[0]).toContain('HR@1 1.000')
    expect(lines[0]).toContain('n 2')
  })

  it('does not see what came after detection', async () => {
    const rankings = await withData(
      [
        { id: 'a', faulty: 'cart', badFrom: 60 },
        { id: 'b', faulty: 'mail', badFrom: 60 },
      ],
      async (data) => (await readChangeCases(data)).map((one) => rankChanges(one)),
    )

    expect(rankings[0]).toEqual(rankings[1])
  })

  it('prints the scores and the misses as JSON', async () => {
    const { lines } = await withData([{ id: 'a', faulty: 'cart' }], (data) =>
      run(['--data', data, '--json', '--ablation']),
    )
    const printed = JSON.parse(lines.join('')) as Record<string, unknown>

    expect(printed).toMatchObject({ n: 1, hitRate1: { value: 1 }, meanRank: 1, misses: [] })
    expect(printed['ablation']).toHaveLength(20)
  })

  it.each([
    [[], 'needs --data'],
    [['--data', '/nowhere/at/all'], 'not laid out as expected'],
    [['--data', tmpdir(), 'more'], 'too much'],
  ])('refuses %j', async (args, text) => {
    await expect(run(args)).rejects.toThrow(text)
  })
})

describeWhenShared('data/changerca/dev', 'the development half of ChangeRCA', (path) => {
  it('ranks the faulty change first in four of five cases, and among the first three', async () => {
    const { lines } = await run(['--data', path, '--json'])
    const { n, hitRate1, hitRate3 } = JSON.parse(lines.join('')) as {
      n: number
      hitRate1: { value: number }
      hitRate3: { value: number }
    }

    expect(n).toBe(26)
    expect(hitRate1.value).toBeGreaterThanOrEqual(0.8)
    expect(hitRate3.value).toBeGreaterThanOrEqual(0.98)
  })

  it('needs the comparison for it', async () => {
    const { lines } = await run(['--data', path, '--json', '--ablation'])
    const { ablation } = JSON.parse(lines.join('')) as {
      ablation: readonly { title: string; hitRate1: { value: number } }[]
    }

    expect(ablation.find(({ title }) => title === 'without comparison')?.hitRate1.value).toBeLessThan(0.8)
  })
})
