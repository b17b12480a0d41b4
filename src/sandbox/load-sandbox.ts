import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { z } from 'zod'
import { checkYaml } from '../kernel/checked-yaml.ts'
import { ConfigurationError } from '../kernel/errors.ts'
import { Scenario } from './world/scenario.ts'
import { WorldFile } from './world/world-file.ts'

export interface SandboxFiles {
  readonly world: WorldFile
  readonly scenarios: ReadonlyMap<string, Scenario>
}

/** Reads `world.yaml` and `scenarios/*.yaml`, and says everything that is wrong with them at once. */
export async function loadSandbox(folder: string): Promise<SandboxFiles> {
  const world = await readChecked(join(folder, 'world.yaml'), WorldFile)
  const names = (await readdir(join(folder, 'scenarios'))).filter((name) => name.endsWith('.yaml')).sort()
  const scenarios = await Promise.all(names.map((name) => readChecked(join(folder, 'scenarios', name), Scenario)))
  const services = new Set(world.services.map((service) => service.name))
  for (const scenario of scenarios) requireKnownServices(scenario, services, folder)
  return { world, scenarios: new Map(scenarios.map((scenario) => [scenario.name, scenario])) }
}

async function readChecked<T>(file: string, schema: z.ZodType<T>): Promise<T> {
  const [document] = checkYaml(file, await readFile(file, 'utf8'), schema)
  if (document?.value !== undefined) return document.value
  const empty = [{ file, at: '', found: 'nothing', expected: 'one YAML document' }]
  throw new ConfigurationError(document?.problems ?? empty)
}

function requireKnownServices(scenario: Scenario, services: ReadonlySet<string>, folder: string): void {
  const named = [...scenario.events.map((event) => event.deploy.service), ...scenario.faults.map((one) => one.service)]
  const unknown = named.filter((name) => !services.has(name))
  if (unknown.length === 0) return
  const file = join(folder, 'scenarios', `${scenario.name}.yaml`)
  throw new ConfigurationError(
    unknown.map((name) => ({ file, at: '', found: `the service ${name}`, expected: 'a service of world.yaml' })),
  )
}
