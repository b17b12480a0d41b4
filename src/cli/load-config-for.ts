import { loadConfig } from '../config/load-config.ts'
import { secretsOf } from '../app/open-audit.ts'
import type { CommandContext } from './command.ts'
import type { Config } from '../config/config.ts'

/** The configuration as `--config`, COUNTERSIGN_CONFIG or ./countersign.yaml name it. */
export async function loadConfigFor(context: CommandContext, configPath: string | undefined): Promise<Config> {
  const config = await loadConfig({ variables: context.variables, configPath, workingFolder: process.cwd() })
  context.learnSecrets?.(secretsOf(config))
  return config
}
