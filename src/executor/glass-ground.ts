import type { GlassBreak } from '../domain/glass-break.ts'
import type { Mode } from '../domain/mode.ts'
import type { Proposal } from '../domain/approval.ts'
import { NotFoundError } from '../kernel/errors.ts'
import type { Standings } from './ask-standings.ts'
import type { ExecutorDeps } from './executor-deps.ts'
import type { GlassFacts } from './missing-approval.ts'
import { proposalResource } from './proposal-resource.ts'

/** Read only where the proposal says that the glass was broken for it. */
export async function findGlass(
  { stores }: ExecutorDeps,
  { id, glassUntil }: Proposal,
): Promise<{ readonly use: GlassBreak; readonly isOver: boolean } | null> {
  if (glassUntil === null) return null
  const found = await stores.glass.find(id)
  if (found === undefined) throw new NotFoundError('break-glass of', id)
  return { use: found.glass, isOver: found.isOver }
}

/** The person in the quorum's place, asked about anew: role, policy and list are those of this moment. */
export function glassFacts(
  deps: ExecutorDeps,
  proposal: Proposal,
  glass: GlassBreak,
  mode: Mode,
  standings: Standings,
): GlassFacts {
  const resource = proposalResource(deps.catalog, proposal)
  return {
    glass,
    proposal,
    findPerson: (personId) => deps.directory.findById(personId),
    mayBreak: ({ id, roles, groups }) => {
      const principal = { type: 'Person', id, roles, groups } as const
      const context = { surface: glass.surface, mode, isFrozen: false }
      return deps.authorize({ principal, action: 'breakglass', resource, context }).verdict === 'allow'
    },
    disowned: standings.whyNot(glass),
    playbooks: deps.settings.breakGlassPlaybooks,
  }
}
