import { describe, expect, it } from '@jest/globals'
import { scriptedModel } from '../../fakes/scripted-model.ts'
import { silentLogger } from '../../../src/kernel/silent-logger.ts'
import { silentTelemetry } from '../../../src/telemetry/silent-telemetry.ts'
import { writeGrounded } from '../../../src/llm/write-grounded.ts'
import { EVIDENCE } from '../summaries/make-evidence.ts'
import type { Telemetry } from '../../../src/ports/telemetry.ts'
import type { SummarySentence } from '../../../src/domain/incident-view.ts'

const GOOD = { text: 'HighErrorRate fires on checkout since 14:02 UTC.', evidence: ['EV-1'] }

async function write(sentences: readonly SummarySentence[]) {
  const counted: unknown[] = []
  const telemetry: Telemetry = {
    ...silentTelemetry,
    count: (name, labels) => {
      if (name === 'model_sentences_dropped') counted.push(labels?.['reason'])
    },
  }
  const model = scriptedModel(() => JSON.stringify({ sentences }))
  const text = await writeGrounded(
    { model, log: silentLogger, telemetry },
    {
      ...{ incidentId: 'INC-1', prompt: 'handover', usedFor: 'handover', origin: 'console', evidence: EVIDENCE },
      ...{ knownNames: [], forbiddenNames: [], timeoutMs: 5_000, isEnough: (kept) => kept.length > 0 },
    },
    AbortSignal.timeout(60_000),
  )
  return { kept: text?.sentences.length, dropped: text?.dropped, counted }
}

describe('a sentence that is not as it was asked for', () => {
  it.each([
    ['no_citation', { ...GOOD, evidence: [] }],
    ['too_long', { ...GOOD, text: GOOD.text.repeat(10) }],
    ['too_many', { ...GOOD, evidence: Array.from({ length: 7 }, () => 'EV-1') }],
  ])('is dropped by itself and counted: %s', async (reason, bad) => {
    expect(await write([bad, GOOD])).toEqual({ kept: 1, dropped: 1, counted: [reason] })
  })

  it('is the seventh of those that hold', async () => {
    const many = Array.from({ length: 8 }, () => GOOD)

    expect(await write(many)).toEqual({ kept: 6, dropped: 2, counted: ['too_many', 'too_many'] })
  })

  it('does not come by megabytes: then nothing is read of it', async () => {
    expect(await write(Array.from({ length: 61 }, () => GOOD))).toEqual({
      ...{ kept: undefined, dropped: undefined, counted: [] },
    })
  })
})
