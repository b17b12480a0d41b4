import { formOfWords } from './form-of-words.ts'
import type { Deps } from '../dependencies.ts'

/** Whether a form may answer these words, told from them and from what is in memory: it asks nobody anything. */
export function mayOfferForm({ playbooks }: Pick<Deps, 'playbooks'>, words: string): boolean {
  return formOfWords(playbooks, words).kind !== 'none'
}
