import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { startChild } from './child.ts'
import { waitLong } from './wait-long.ts'
import type { Child } from './child.ts'

const MODULES = new URL('../node_modules/', import.meta.url)
const LOOPBACK_ONLY = fileURLToPath(new URL('loopback-only.ts', import.meta.url))

/** The real counterparts that `test/e2e/package.json` pins, by the file that Node starts. */
const HEAVY_TOOLS = {
  emulate: 'emulate/dist/index.js',
  prism: '@stoplight/prism-cli/dist/index.js',
  playground: '@microsoft/m365agentsplayground/cli.js',
} as const
export type HeavyTool = keyof typeof HEAVY_TOOLS

export const HEAVY_REASON = 'the heavy counterparts are absent, run "npm ci --prefix test/e2e"'

export function hasHeavyTools(): boolean {
  return Object.keys(HEAVY_TOOLS).every((name) => existsSync(fileOf(name as HeavyTool)))
}

export interface ToolSettings {
  readonly args: readonly string[]
  /** Where it writes what it writes. */
  readonly cwd: string
  readonly variables?: Readonly<Record<string, string>>
}

/** Starts one of them, on loopback only, whatever it thinks itself. */
export function startTool(tool: HeavyTool, { args, cwd, variables = {} }: ToolSettings): Child {
  return startChild(process.execPath, ['--import', LOOPBACK_ONLY, fileOf(tool), ...args], variables, cwd)
}

/** Waits until something is answered there, or the tool has ended. */
export async function waitUntilServed(tool: Child, url: string): Promise<void> {
  let code: number | null | undefined
  void tool.ended.then((ended) => {
    code = ended
  })
  await waitLong(`an answer at ${url}`, async () => {
    if (code !== undefined) throw new Error(`It ended with ${String(code)} before it served:\n${tool.output()}`)
    const response = await fetch(url).catch(() => undefined)
    await response?.body?.cancel()
    return response
  })
}

function fileOf(tool: HeavyTool): string {
  return fileURLToPath(new URL(HEAVY_TOOLS[tool], MODULES))
}
