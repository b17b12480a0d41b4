import { askForOrder, offeredTo } from './ask-for-order.ts'
import { canonicalJson } from '../../kernel/canonical-json.ts'
import { sha256Hex } from '../../kernel/sha256.ts'
import type { Deps } from '../dependencies.ts'
import type { FittingPlaybook } from '../../playbooks/shortlist-playbooks.ts'
import type { PlaybookAdvice } from '../../domain/playbook-advice.ts'
import type { ProposalGround } from './proposal-ground.ts'

/**
 * What a model says about the order of the playbooks that may be proposed; null where there is none to ask or nothing to
 * choose. It is asked once for the same choice, whatever comes of it: an answer that could not be used, or none at all,
 * is kept too, so that a slow model delays one proposal and no more, and an order that people act on stays.
 */
export async function adviseOrder(
  deps: Deps,
  { incident, findings }: Pick<ProposalGround, 'incident' | 'findings'>,
  candidates: readonly FittingPlaybook[],
  signal: AbortSignal,
): Promise<PlaybookAdvice | null> {
  const { model } = deps
  const offered = offeredTo(candidates)
  if (model === null || offered.length === 0) return null
  const choiceHash = hashOf(offered)
  if (findings.advice?.choiceHash === choiceHash) return findings.advice
  const evidence = await deps.stores.evidence.list(incident.id)
  const given = await askForOrder(deps, model, { incidentId: incident.id, offered, evidence }, signal)
  // Stopped by us, the model was not asked at all: the next replica asks it.
  signal.throwIfAborted()
  const advice: PlaybookAdvice = {
    ...{ choiceHash, order: given?.order ?? null, reason: given?.reason ?? null },
    model: given?.model ?? model.name,
  }
  await deps.unitOfWork.run(async (stores) => {
    await stores.findings.save(incident.id, { advice })
    if (given !== null) await stores.audit.append([deps.seal(given.record)])
  })
  return advice
}

/** Of what is chosen among, in whatever order: figures that move with every reading are no other choice. */
function hashOf(offered: readonly FittingPlaybook[]): string {
  const choice = offered.map(({ playbook, alert, suspect }) =>
    canonicalJson([playbook.name, playbook.digest, alert?.name ?? null, suspect?.changeId ?? null]),
  )
  return sha256Hex(choice.toSorted().join('\n'))
}
