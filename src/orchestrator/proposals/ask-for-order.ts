import { advisePlaybook } from '../../llm/advise-playbook.ts'
import { modelNames } from '../words/model-names.ts'
import type { Deps } from '../dependencies.ts'
import type { Evidence } from '../../domain/evidence.ts'
import type { FittingPlaybook } from '../../playbooks/shortlist-playbooks.ts'
import type { GivenAdvice } from '../../llm/advise-playbook.ts'
import type { LanguageModel } from '../../ports/language-model.ts'

/** The ones behind are hardly ever proposed, and a long list is no choice. */
const MOST_OFFERED = 5

export type AskingDeps = Pick<Deps, 'catalog' | 'directory' | 'playbooks' | 'log' | 'telemetry'>

/** What a model is asked to choose among; empty where there is nothing to choose. */
export function offeredTo(candidates: readonly FittingPlaybook[]): readonly FittingPlaybook[] {
  return candidates.length < 2 ? [] : candidates.slice(0, MOST_OFFERED)
}

/** The one way in which a model is asked, whether something is proposed or an incident of the record is replayed. */
export function askForOrder(
  deps: AskingDeps,
  model: LanguageModel,
  question: {
    readonly incidentId: string
    readonly offered: readonly FittingPlaybook[]
    readonly evidence: readonly Evidence[]
  },
  signal: AbortSignal,
): Promise<GivenAdvice | null> {
  const { offered, ...rest } = question
  return advisePlaybook({ ...deps, model }, { ...rest, candidates: offered, ...modelNames(deps) }, signal)
}
