import { ENDED_RUN_STATES } from '../../domain/run.ts'
import { listHeldFreezes, servicesHeld } from '../../policy/held-freezes.ts'
import type { Deps } from '../dependencies.ts'
import type { FreezeView, RunView } from '../../domain/incident-view.ts'
import type { IncidentRecords } from './incident-records.ts'
import type { PlanInHand } from '../../policy/held-freezes.ts'

/** Those of this moment that hold where the symptom is, what would run, or the way back. */
export function viewFreezes(deps: Deps, records: IncidentRecords, run: RunView | null): readonly FreezeView[] {
  const { incident, freezes, now } = records
  const held = listHeldFreezes({
    freezes,
    windows: deps.settings.freezeWindows,
    held: servicesHeld(deps.catalog, incident.service, plansInHand(records, run)),
    environment: incident.environment,
    ...{ catalog: deps.catalog, now },
  })
  return held.map(({ service, environment, reason, until, holds }) => ({ service, environment, reason, until, holds }))
}

/** The plan that is shown while it is open, and that of the run while it goes on or can be undone. */
function plansInHand({ proposal, runProposal }: IncidentRecords, run: RunView | null): readonly PlanInHand[] {
  const open = proposal?.closedAt === null ? [{ plan: proposal.plan, isOpen: true }] : []
  const isOver = run === null || (ENDED_RUN_STATES.includes(run.state) && !run.canUndo)
  if (isOver || runProposal === undefined) return open
  return [
    ...open,
    { plan: runProposal.plan, isOpen: !ENDED_RUN_STATES.includes(run.state) && run.direction === 'forward' },
  ]
}
