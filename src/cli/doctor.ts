import { auditProtection } from '../store/audit-protection.ts'
import { buildSlack } from '../app/build-slack.ts'
import { parseOptions } from './parse-options.ts'
import { withFoundation } from './with-deps.ts'
import type { Command } from './command.ts'
import type { Config } from '../config/config.ts'
import type { Foundation } from '../app/build-deps.ts'

interface Finding {
  readonly name: string
  readonly ok: boolean
  readonly detail: string
  readonly remedy: string
}

const TIMEOUT_MS = 15_000

export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'Checks every configured connection and permission',
  usage: `doctor [--config PATH] [--json]

Says what is wrong and how to mend it. Exits 1 when something is.`,
  async run(args, context) {
    const { options } = parseOptions(args, { config: 'text', json: 'flag' })
    const findings = await withFoundation(context, options.config, examine)
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

async function examine(foundation: Foundation, config: Config): Promise<readonly Finding[]> {
  const checks = foundation.connectors.healthChecks.map((health) =>
    guarded(health.name, async () => [{ name: health.name, ...(await health.check(AbortSignal.timeout(TIMEOUT_MS))) }]),
  )
  const found = await Promise.all([
    guarded('Database', () => examineDatabase(foundation, config)),
    guarded('Configuration', async () => examineConfiguration(config)),
    ...checks,
    guarded('Slack', () => examineSlack(foundation, config)),
  ])
  return found.flat()
}

/** A check that throws is a finding as well. */
async function guarded(name: string, check: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await check()
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    return [{ name, ok: false, detail, remedy: 'Check its address and credentials.' }]
  }
}

async function examineDatabase({ database }: Foundation, config: Config): Promise<readonly Finding[]> {
  const { rows } = await database.pool.query<{ version: string }>('select current_setting($1) as version', [
    'server_version',
  ])
  const where = config.environment.DATABASE_URL === undefined ? 'embedded' : 'from DATABASE_URL'
  const protection = await auditProtection(database.db)
  return [
    { name: 'Database', ok: true, detail: `PostgreSQL ${rows[0]?.version ?? '?'}, ${where}`, remedy: '' },
    {
      name: 'Audit log',
      ok: true,
      detail: protection.isProtected
        ? 'this service may append and read, not change'
        : 'the login of DATABASE_URL could change it, so it is protected by its checkpoints alone; set DATABASE_ADMIN_URL and run "countersign migrate" to separate the two',
      remedy: '',
    },
  ]
}

function examineConfiguration(config: Config): readonly Finding[] {
  const { catalog, people, playbooks, settings, warnings } = config
  const detail = `mode ${settings.mode}, ${catalog.services.size} service(s), ${people.length} people, ${playbooks.length} playbook(s), ${config.policies.length} policy file(s)`
  const gaps = warnings.map((warning) => ({
    name: 'Configuration',
    ok: false,
    detail: warning,
    remedy: 'Needed before the mode can be assist.',
  }))
  return [{ name: 'Configuration', ok: true, detail, remedy: '' }, ...gaps]
}

async function examineSlack({ deps }: Foundation, config: Config): Promise<readonly Finding[]> {
  const slack = await buildSlack(config, deps)
  if (slack === null) return []
  try {
    const routes = deps.settings.routes.filter((route) => route.surface === 'slack')
    return await slack.checkHealth([...new Set(routes.map((route) => route.channel))])
  } finally {
    await slack.close()
  }
}
