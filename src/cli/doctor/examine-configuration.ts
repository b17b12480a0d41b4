import { fine, wrong } from './finding.ts'
import type { Config } from '../../config/config.ts'
import type { Finding } from './finding.ts'

export function examineConfiguration(config: Config): readonly Finding[] {
  const { catalog, people, playbooks, policies, settings, warnings } = config
  const approvers = people.filter((person) => person.roles.includes('approver')).length
  const detail = [
    `mode ${settings.mode}`,
    `${catalog.services.size} service(s)`,
    `${people.length} people, of whom ${approvers} approve`,
    `${playbooks.length} playbook(s)`,
    `${policies.length} policy file(s)`,
  ].join(', ')
  const gaps = warnings.map((warning) => wrong('Configuration', warning, 'Mend it before the mode becomes assist.'))
  const unserved = config.unserved.map((setting) => fine('Configuration', setting))
  return [fine('Configuration', detail), ...gaps, ...unserved, ...examineWaysIn(config)]
}

/** Nothing is wrong with a way in that nobody uses; that it is closed should not come as a surprise. */
function examineWaysIn({ environment }: Config): readonly Finding[] {
  const { COUNTERSIGN_WEBHOOK_TOKEN: tokens, GITHUB_WEBHOOK_SECRET: github, COUNTERSIGN_API_TOKEN: api } = environment
  return [
    fine(
      'Webhooks',
      tokens.length > 0
        ? 'sources with the bearer token may send'
        : 'COUNTERSIGN_WEBHOOK_TOKEN is not set: Alertmanager, Argo CD and /webhooks/changes are refused',
    ),
    fine(
      'GitHub',
      github.length > 0 ? 'signed events may come' : 'GITHUB_WEBHOOK_SECRET is not set: its events are refused',
    ),
    fine(
      'Console and API',
      api === undefined
        ? 'COUNTERSIGN_API_TOKEN is not set: both are closed'
        : 'open to whoever has COUNTERSIGN_API_TOKEN',
    ),
  ]
}
