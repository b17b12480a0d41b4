import { describe, expect, it } from '@jest/globals'
import { EVIDENCE } from './make-evidence.ts'
import { answerFromFacts } from '../../../src/summaries/answer-from-facts.ts'
import { evidenceTools } from '../../../src/llm/evidence-tools.ts'
import { findPieces } from '../../../src/summaries/find-pieces.ts'

const found = (words: string) => findPieces(words, EVIDENCE, 10).map(({ id }) => id)

describe('the search through the record', () => {
  it.each([
    ['which deploy was it?', ['EV-3']],
    ['who deploys checkout', ['EV-3', 'EV-1', 'EV-4', 'EV-5']],
    ['7f3c21a', ['EV-3']],
    ['EV-5', ['EV-5']],
    ['catalog criticality', ['EV-5']],
    ['jenkins', ['EV-3']],
    ['was it the one', []],
    ['zebra', []],
    ['', []],
  ])('finds for %j %j, what holds most of it first', (words, ids) => {
    expect(found(words)).toEqual(ids)
  })

  it('is one for people and for a model', () => {
    const [search] = evidenceTools(EVIDENCE)
    for (const words of ['which deploy was it?', 'who depends on checkout', '14:02', 'Prometheus']) {
      const answered = answerFromFacts(words, EVIDENCE).flatMap(({ evidence }) => evidence)
      const shown = [...(search?.run(words) ?? '').matchAll(/<<<evidence (\S+)/g)].map(([, id]) => id)

      expect(answered.length).toBeGreaterThan(0)
      expect(shown.slice(0, answered.length)).toEqual(answered)
    }
  })
})
