import { describe, expect, it } from '@jest/globals'
import { z } from 'zod'
import { loadPrompt, parsePrompt } from '../../../src/llm/prompt-library.ts'
import { SentencesAnswer } from '../../../src/llm/write-grounded.ts'

describe('a prompt', () => {
  it('is a file with a version, a hash and the schema that its answer is parsed by', async () => {
    const prompt = await loadPrompt('summarize-incident')
    const { $schema: _dialect, ...parsed } = z.toJSONSchema(SentencesAnswer)

    expect(prompt).toMatchObject({ name: 'summarize-incident', version: 1 })
    expect(prompt.hash).toMatch(/^[0-9a-f]{64}$/)
    expect(prompt.answer).toEqual(parsed)
  })

  it.each([
    ['no front matter', 'hello'],
    ['name', '---\nname: Not A Name\nversion: 1\npurpose: x\nmaxOutputTokens: 1\nanswer: {}\ncases: []\n---\nbody'],
    ['unknown key', '---\nname: a\nversion: 1\npurpose: x\nmaxOutputTokens: 1\nanswer: {}\nmodel: x\n---\nbody'],
  ])('with a mistake is refused: %s', (mistake, text) => {
    expect(() => parsePrompt('prompts/x.md', text)).toThrow(mistake)
  })
})
