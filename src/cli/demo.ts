import { fileURLToPath } from 'node:url'
import { UsageError } from './usage-error.ts'
import { createReporter } from './demo/reporter.ts'
import { loadSandbox } from '../sandbox/load-sandbox.ts'
import { openDemo } from './demo/open-demo.ts'
import { parseOptions } from './parse-options.ts'
import { playByItself } from './demo/play-by-itself.ts'
import { playForPerson } from './demo/play-for-person.ts'
import type { Command, CommandContext, ExitCode } from './command.ts'
import type { Scenario } from '../sandbox/world/scenario.ts'

const SANDBOX_FOLDER = fileURLToPath(new URL('../../sandbox', import.meta.url))
const FIRST_SCENARIO = 'bad-deploy'
const USUAL_SEED = 7

export const demoCommand: Command = {
  name: 'demo',
  summary: 'Plays an incident in a simulated shop (npm run demo)',
  usage: `demo [--scenario NAME] [--auto] [--port PORT] [--seed NUMBER] [--list]

Starts the real Countersign on a database of its own, beside a sandbox: a small shop with simulated Prometheus,
Alertmanager, Loki, Argo CD, Lambda and PagerDuty, all on this machine. An incident happens; you press Approve in the
console.
  --scenario NAME  which incident; --list names them (default ${FIRST_SCENARIO})
  --auto           approves by itself as two of the shop's people; exits 0 when the run is verified, 1 when not
  --port PORT      of the console (default 3000, or a free one)
  --seed NUMBER    another day of the same shop
Ctrl-C ends it, and nothing is kept.`,
  async run(args, context) {
    const options = readOptions(args, context)
    const { world, scenarios } = await loadSandbox(SANDBOX_FOLDER)
    if (options.isList) {
      for (const each of scenarios.values()) context.print(`${each.name.padEnd(20)} ${each.title}`)
      return 0
    }
    const scenario = findScenario(scenarios, options.scenario)
    return play({ ...options, world, scenario }, context)
  },
}

type Choice = Omit<ReturnType<typeof readOptions>, 'scenario'> & {
  readonly world: Parameters<typeof openDemo>[0]['world']
  readonly scenario: Scenario
}

async function play(choice: Choice, context: CommandContext): Promise<ExitCode> {
  const reporter = createReporter(context.print)
  reporter.say(`Scenario ${choice.scenario.name}: ${choice.scenario.title}.`)
  const demo = await openDemo({ ...choice, folder: SANDBOX_FOLDER, context, reporter })
  try {
    return await (choice.isAuto ? playByItself(demo, context.signal) : playForPerson(demo, context.signal))
  } catch (error) {
    if (!context.signal.aborted) throw error
    reporter.say('Stopped before the end.')
    return 1
  } finally {
    await demo.close()
  }
}

function readOptions(args: readonly string[], { variables }: CommandContext) {
  const { options, positionals } = parseOptions(args, {
    scenario: 'text',
    port: 'text',
    seed: 'text',
    auto: 'flag',
    list: 'flag',
  })
  if (positionals.length > 0) throw new UsageError(`"${positionals.join(' ')}" is too much.`)
  refuseOtherHosts(variables['HOST'])
  const port = options.port ?? (variables['PORT'] || undefined)
  return {
    scenario: options.scenario ?? FIRST_SCENARIO,
    isAuto: options.auto,
    isList: options.list,
    port: port === undefined ? undefined : readNumber('--port', port, 65_535),
    seed: options.seed === undefined ? USUAL_SEED : readNumber('--seed', options.seed, 2 ** 32 - 1),
  }
}

/** Whoever reaches the demo's console may be anybody in it. */
function refuseOtherHosts(host: string | undefined): void {
  if (!host || /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/.test(host)) return
  throw new UsageError(
    `HOST is ${host}; the demo has no sign-in and listens on this machine only. Take HOST away, or set it to 127.0.0.1.`,
  )
}

function readNumber(name: string, text: string, highest: number): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value <= highest) return value
  throw new UsageError(`${name} is a number from 0 to ${highest}; found "${text}".`)
}

function findScenario(scenarios: ReadonlyMap<string, Scenario>, name: string): Scenario {
  const scenario = scenarios.get(name)
  if (scenario !== undefined) return scenario
  throw new UsageError(`There is no scenario "${name}". There are: ${[...scenarios.keys()].join(', ')}.`)
}
