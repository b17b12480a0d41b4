import { fileURLToPath } from 'node:url'
import { describe, expect, it } from '@jest/globals'
import { drawStory } from '../../../src/sandbox/world/draw-story.ts'
import { evalScenariosCommand, playScenario, readPlaybooks } from '../../../src/cli/eval-scenarios.ts'
import { loadSandbox } from '../../../src/sandbox/load-sandbox.ts'
import { meetsGates, scoreScenarios } from '../../../src/cli/eval/score-scenarios.ts'
import type { Scenario } from '../../../src/sandbox/world/scenario.ts'
import type { ScenarioResult } from '../../../src/cli/eval/score-scenarios.ts'

const files = await loadSandbox(fileURLToPath(new URL('../../../sandbox', import.meta.url)))
const playbooks = await readPlaybooks()
const scenarioOf = (name: string): Scenario => {
  const scenario = files.scenarios.get(name)
  if (scenario === undefined) throw new Error(`There is no scenario ${name}.`)
  return scenario
}

async function run(args: readonly string[]) {
  const lines: string[] = []
  const print = (line: string) => lines.push(line)
  const context = { variables: {}, print, printError: print, signal: new AbortController().signal }
  return { exitCode: await evalScenariosCommand.run(args, context), lines }
}

describe('the stories of the sandbox', () => {
  it('are at least twelve, half of them with a deploy that is not to blame', () => {
    const all = [...files.scenarios.values()]
    const innocent = all.filter(({ events, right }) =>
      events.some(
        ({ deploy }) => deploy.service !== right.culprit?.service || deploy.version !== right.culprit.version,
      ),
    )
    expect(all.length).toBeGreaterThanOrEqual(12)
    expect(innocent.length * 2).toBeGreaterThanOrEqual(all.length)
  })

  it('are drawn anew by the seed: names, calls, strength and moments; and the same by the same', () => {
    const story = { file: files.world, scenario: scenarioOf('dependency-failure') }
    const [first, again, other] = [7, 7, 8].map((seed) => drawStory(story, seed))

    expect(again).toEqual(first)
    expect(other?.scenario.faults).not.toEqual(first?.scenario.faults)
    expect(other?.scenario.events).not.toEqual(first?.scenario.events)
    expect(other?.file.services.map(({ name, calls }) => [name, calls])).not.toEqual(
      first?.file.services.map(({ name, calls }) => [name, calls]),
    )
  })

  it('keep the calls between the services they name, and the names in the label', () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const { file, scenario } = drawStory({ file: files.world, scenario: scenarioOf('dependency-failure') }, seed)
      const innocent = scenario.events.find(({ deploy }) => deploy.version === '2.13.1')?.deploy.service
      const calls = file.services.find(({ name }) => name === innocent)?.calls
      expect(scenario.faults[0]?.service).toBe(scenario.right.service)
      expect(Object.keys(calls ?? {})).toContain(scenario.right.service)
    }
  })

  it('are judged without their labels: another label changes the score and nothing that is proposed', () => {
    const scenario = scenarioOf('bad-deploy')
    const lied = { ...scenario, right: { ...scenario.right, culprit: null, playbook: null } }
    const judged = (one: Scenario) => playScenario({ files, playbooks }, one, 3)

    expect(JSON.stringify(judged(lied).looks)).toBe(JSON.stringify(judged(scenario).looks))
    expect(judged(scenario).result).toMatchObject({ isRightProposed: true, isWrongProposed: false })
    expect(judged(lied).result).toMatchObject({ isNoneRight: true, isNothingProposed: false })
  })

  it('meet the gates for a few seeds; docs/judgement.md has the figures for two hundred', async () => {
    const { exitCode, lines } = await run(['--seeds', '2', '--seed', '5001', '--json'])
    const scores = JSON.parse(lines.join('')) as { n: number; missed: unknown[] }

    expect(scores).toMatchObject({ n: 2 * files.scenarios.size, missed: [] })
    expect(exitCode).toBe(0)
  })

  it('refuse a scenario that is not there, and half a seed', async () => {
    await expect(run(['--scenario', 'none'])).rejects.toThrow(/no scenario "none"/)
    await expect(run(['--seeds', '0.5'])).rejects.toThrow(/whole number/)
  })
})

describe('the gates', () => {
  const told = (rest: Partial<ScenarioResult>): ScenarioResult => ({
    ...{ scenario: 's', seed: 1, isNoneRight: false, isRightProposed: true, isWrongProposed: false },
    isNothingProposed: false,
    ...rest,
  })
  const quiet = told({ isNoneRight: true, isRightProposed: false, isNothingProposed: true })
  const many = (count: number, one: ScenarioResult) => Array.from({ length: count }, () => one)
  const passes = (...results: ScenarioResult[]) => meetsGates(scoreScenarios(results))

  it('hold at their limit and not beyond', () => {
    const abstained = told({ isRightProposed: false, isNothingProposed: true })
    expect(passes(...many(9, told({})), abstained, quiet)).toBe(true)
    expect(passes(...many(8, told({})), ...many(2, abstained), quiet)).toBe(false)
    expect(passes(...many(99, told({})), told({ isWrongProposed: true }), quiet)).toBe(false)
    const loud = { ...quiet, isNothingProposed: false, isWrongProposed: true }
    expect(passes(told({}), ...many(97, quiet), ...many(3, loud))).toBe(true)
    expect(passes(told({}), ...many(96, quiet), ...many(4, loud))).toBe(false)
  })
})
