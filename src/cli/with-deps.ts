import { AppError } from '../kernel/errors.ts'
import { buildDeps } from '../app/build-deps.ts'
import { createClosers } from '../app/closers.ts'
import { loadConfigFor } from './load-config-for.ts'
import { silentLogger } from '../kernel/silent-logger.ts'
import { surfacesOf } from '../app/surfaces-of.ts'
import { silentTelemetry } from '../telemetry/silent-telemetry.ts'
import type { CommandContext } from './command.ts'
import type { Config } from '../config/config.ts'
import type { Foundation } from '../app/build-deps.ts'

/** Everything below the adapters for one command, closed again whatever comes of it. */
export async function withFoundation<Result>(
  context: CommandContext,
  configPath: string | undefined,
  work: (foundation: Foundation, config: Config) => Promise<Result>,
): Promise<Result> {
  const config = await loadConfigFor(context, configPath)
  const closers = createClosers(silentLogger)
  try {
    const surfaces = surfacesOf(config)
    const needs = {
      config,
      log: silentLogger,
      telemetry: silentTelemetry,
      replicaId: 'cli',
      surfaces,
      supervisesJobs: false,
    }
    const foundation = await buildDeps(needs, closers)
    await followInForce(foundation, context)
    return await work(foundation, config)
  } finally {
    await closers.closeAll()
  }
}

/** What is in force decides here as well; where this build cannot read it the files do, so that the kill switch works. */
async function followInForce({ deps }: Foundation, context: CommandContext): Promise<void> {
  await deps.configuration.catchUp().catch((error: unknown) => {
    if (!(error instanceof AppError)) throw error
    context.printError(error.message)
  })
}
