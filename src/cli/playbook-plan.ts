import { commandLineActor } from './command-line-actor.ts'
import { describeStep } from '../summaries/describe-step.ts'
import { findHeldFreezes, heldFreezeText } from '../orchestrator/proposals/find-held-freezes.ts'
import { parseOptions } from './parse-options.ts'
import { planOnRequest } from '../orchestrator/proposals/plan-on-request.ts'
import { readProposalGround } from '../orchestrator/proposals/proposal-ground.ts'
import { UsageError } from './usage-error.ts'
import { withFoundation } from './with-deps.ts'
import type { Command } from './command.ts'
import type { HeldFreeze } from '../policy/held-freezes.ts'

export const playbookPlanCommand: Command = {
  name: 'playbook plan',
  summary: 'Shows exactly what a playbook would do for an incident',
  usage: `playbook plan NAME --incident INC-12 [key=value …] [--config PATH] [--json]

Reads the targets' state and proposes nothing. That the incident was read is on the audit log.`,
  examples: [
    'playbook plan rollback-bad-deploy --incident INC-1',
    'playbook plan rollback-bad-deploy --incident INC-1 --json',
  ],
  async run(args, context) {
    const { options, positionals } = parseOptions(args, { incident: 'text', config: 'text', json: 'flag' })
    const [name, ...pairs] = positionals
    if (name === undefined || options.incident === undefined) {
      throw new UsageError('The name of a playbook and --incident are needed.')
    }
    const incidentId = options.incident.toUpperCase()
    const inputs = Object.fromEntries(pairs.map(parsePair))
    const { draft, incident, freezes } = await withFoundation(context, options.config, async ({ deps }) => {
      const ground = await readProposalGround(deps, incidentId)
      // Written at the latest when the command ends.
      await deps.reads.note({
        ...{ event: 'record.read', object: `incident ${incidentId}`, incidentId, origin: 'cli', seal: deps.seal },
        actor: commandLineActor(),
      })
      const planned = await planOnRequest(deps, ground, name, inputs)
      const { incident } = ground
      return { ...planned, incident, freezes: await findHeldFreezes(deps, incident, planned.draft.plan) }
    })
    if (options.json) {
      const { plan, planDigest, tierReasons, required } = draft
      context.print(JSON.stringify({ plan, planDigest, tierReasons, required, freezes: freezes.map(freezeJson) }))
      return 0
    }
    draft.plan.steps.forEach((step, index) => {
      context.print(`${index + 1}. ${step.id}: ${describeStep(step)}`)
    })
    context.print(`Tier ${draft.plan.tier}. ${draft.tierReasons.join(' ')}`)
    context.print(draft.required.rules.join(' '))
    for (const freeze of freezes) context.print(heldFreezeText(incident, freeze))
    context.print(`Plan digest ${draft.planDigest}. Nothing is proposed.`)
    return 0
  },
}

/** As in the API. */
function freezeJson({ service, environment, reason, until, holds }: HeldFreeze): object {
  return { service, environment, reason, until: until.toISOString(), holds }
}

function parsePair(pair: string): readonly [string, string] {
  const at = pair.indexOf('=')
  if (at > 0) return [pair.slice(0, at), pair.slice(at + 1)]
  throw new UsageError(`"${pair}" is not of the form key=value.`)
}
