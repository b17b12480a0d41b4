import { buildModel } from '../app/build-model.ts'
import { buildVendors } from '../app/build-vendors.ts'
import { examineAudit } from './doctor/examine-audit.ts'
import { examineConfiguration } from './doctor/examine-configuration.ts'
import { examineDatabase } from './doctor/examine-database.ts'
import { examineSlack } from './doctor/examine-slack.ts'
import { examineTeams } from './doctor/examine-teams.ts'
import { guarded } from './doctor/finding.ts'
import { healthChecks } from '../app/health-checks.ts'
import { loadConfigFor } from './load-config-for.ts'
import { parseOptions } from './parse-options.ts'
import { refusePositionals } from './refuse-positionals.ts'
import { silentTelemetry } from '../telemetry/silent-telemetry.ts'
import { systemClock } from '../kernel/clock.ts'
import type { Command } from './command.ts'
import type { Config } from '../config/config.ts'
import type { Finding } from './doctor/finding.ts'

const TIMEOUT_MS = 15_000

export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'Checks every configured connection and permission',
  usage: `doctor [--config PATH] [--json]

Says what is wrong and how to mend it; changes nothing. Exits 1 when something is wrong.`,
  examples: ['doctor', 'doctor --json'],
  async run(args, context) {
    const { options, positionals } = parseOptions(args, { config: 'text', json: 'flag' })
    refusePositionals(positionals)
    const findings = await examine(await loadConfigFor(context, options.config), context.signal)
    if (options.json) context.print(JSON.stringify(findings))
    else {
      for (const { name, ok, detail, remedy } of findings) {
        context.print(`${ok ? 'ok   ' : 'wrong'}  ${name}: ${detail}`)
        if (!ok && remedy !== '') context.print(`       ${remedy}`)
      }
    }
    return findings.every((finding) => finding.ok) ? 0 : 1
  },
}

/** All at once: one system that hangs holds up none of the others. */
async function examine(config: Config, stop: AbortSignal): Promise<readonly Finding[]> {
  const found = await Promise.all([
    examineDatabase(config),
    examineAudit(config),
    examineSlack(config),
    examineTeams(config),
    ...connectorChecks(config).map((system) =>
      guarded(system.name, 'Check its address and credentials.', async () => [
        { name: system.name, ...(await system.check(AbortSignal.any([stop, AbortSignal.timeout(TIMEOUT_MS)]))) },
      ]),
    ),
  ])
  return [...examineConfiguration(config), ...found.flat()]
}

function connectorChecks(config: Config) {
  const traceOf = () => Promise.resolve(null)
  const vendors = buildVendors({ config, clock: systemClock, telemetry: silentTelemetry, traceOf })
  return healthChecks(config, vendors, buildModel(config))
}
