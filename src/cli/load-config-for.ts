import { loadConfig } from '../config/load-config.ts'
import type { CommandContext } from './command.ts'
import type { Config } from '../config/config.ts'

/** The configuration as `--config`, COUNTERSIGN_CONFIG or ./countersign.yaml name it. */
export function loadConfigFor(context: CommandContext, configPath: string | undefined): Promise<Config> {
  return loadConfig({ variables: context.variables, configPath, workingFolder: process.cwd() })
}
